//! The shell lines of a guide that a test runs: those that are marked for it.

/// What stands before the lines of a page that are run.
const MARK: &str = "<!-- run -->\n```sh\n";

/// The marked lines of a page. What is marked and is no shell line would be read over, so it is counted.
///
/// # Panics
/// When fewer than three parts are marked, or a marked part is no block of shell lines.
pub fn marked_lines(page: &str) -> String {
    let parts: Vec<&str> = page
        .split(MARK)
        .skip(1)
        .map(|after| after.split_once("```\n").expect("a block of lines ends").0)
        .collect();
    assert_eq!(parts.len(), page.matches("<!-- run -->").count());
    assert!(parts.len() >= 3, "only {} parts are marked", parts.len());
    parts.join("\n")
}
