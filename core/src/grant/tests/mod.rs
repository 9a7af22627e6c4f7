//! The grant, told as stories: what is asked at what time, what happens, and what is so afterwards.

mod agenda;
mod arriving;
mod booking;
mod changing;
mod closing;
mod diagram;
mod doorstep;
mod doubt;
mod ending;
mod fixtures;
mod offering;
mod opening;
mod promises;
mod random;
mod reissue;
mod returns;
mod silence;
mod story;
mod take_over;
mod watch;
mod witness;
