//! What both APIs share on the wire: problems, tokens, bodies, cursors.
