//! The resource engine's part of the page, which `scripts/bench-engine` writes: kept as it is.

/// How its row of the goals begins.
const ROW: &str = "| resource engine, beside the Go COSI runtime |";

/// What its section is called.
const HEADING: &str = "## Resource engine";

/// The new page with the engine's row and section as they are on the old one.
pub(crate) fn keep(new: &str, old: &str) -> String {
    let row = |page: &'_ str| page.lines().find(|line| line.starts_with(ROW)).map(str::to_owned);
    let mut page = match (row(new), row(old)) {
        (Some(new_row), Some(old_row)) => new.replace(&new_row, &old_row),
        _ => new.to_owned(),
    };
    if let Some((_, section)) = old.split_once(HEADING) {
        let section = section.split("\n## ").next().unwrap_or_default();
        page = format!("{page}\n{HEADING}{section}");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_and_section_outlive_a_new_page() {
        let old = format!(
            "# B\n\n{ROW} 3 | 9 of 9 |\n| x | 1 |\n\n{HEADING}\n\ntable\n\n## More\n\nold\n"
        );
        let new = format!("# B\n\n{ROW} 3 | not measured |\n| x | 2 |\n");
        let kept = format!("# B\n\n{ROW} 3 | 9 of 9 |\n| x | 2 |\n\n{HEADING}\n\ntable\n");
        assert_eq!(keep(&new, &old), kept);
        assert_eq!(keep(&new, &kept), kept);
        assert_eq!(keep(&new, ""), new);
    }
}
