//! Programs of others as packages of ours.
//!
//! Go lets nobody import a `main` package. Its files are copied out of the module that go.sum vouches
//! for, renamed to a package, and their `main` becomes `Main`; nothing else of them changes but
//! imports that a recipe leaves out. Several programs so become one executable.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::recipe::Borrowed;

/// Copies the package that `borrowed` names from `module`, the folder of its unpacked module, into
/// the new folder `to`.
///
/// # Errors
/// When the source is not what the recipe was written for: no `main`, or an import that should be
/// left out is not there.
pub(crate) fn copy(borrowed: &Borrowed, module: &Path, to: &Path) -> Result<()> {
    let from = module.join(borrowed.from);
    fs::create_dir_all(to).with_context(|| format!("make {}", to.display()))?;
    let (mut mains, mut left_out) = (0, 0);
    for entry in fs::read_dir(&from).with_context(|| format!("list {}", from.display()))? {
        let path = entry.with_context(|| format!("list {}", from.display()))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if !is_source(name) {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let file = rewrite(&text, borrowed);
        mains += file.mains;
        left_out += file.left_out;
        let place = to.join(name);
        fs::write(&place, file.text).with_context(|| format!("write {}", place.display()))?;
    }
    ensure!(mains == 1, "{}: {mains} functions `main`, expected one", from.display());
    ensure!(
        left_out == borrowed.without.len(),
        "{}: {left_out} imports to leave out, expected {}",
        from.display(),
        borrowed.without.len()
    );
    Ok(())
}

/// Whether a file of a package is compiled for Linux: no test, and not another system's.
fn is_source(name: &str) -> bool {
    name.ends_with(".go") && !name.ends_with("_test.go") && !name.ends_with("_windows.go")
}

/// A file after the change.
#[derive(Debug, PartialEq, Eq)]
struct File {
    text: String,
    mains: usize,
    left_out: usize,
}

fn rewrite(text: &str, borrowed: &Borrowed) -> File {
    let mut file = File { text: String::with_capacity(text.len()), mains: 0, left_out: 0 };
    for line in text.lines() {
        let is_out = |end: &&str| line.trim_end().ends_with(&format!("/{end}\""));
        if borrowed.without.iter().any(is_out) {
            file.left_out += 1;
            continue;
        }
        match line {
            "package main" => file.text.push_str(&format!("package {}", borrowed.name)),
            "func main() {" => {
                file.mains += 1;
                file.text.push_str("func Main() {");
            }
            line => file.text.push_str(line),
        }
        file.text.push('\n');
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "// A package main.\npackage main\n\nimport (\n\t_ \"x.org/a/good\"\n\t_ \"x.org/a/bad\"\n)\n\nfunc main() {\n\tmain2()\n}\n";

    fn borrowed(without: &'static [&'static str]) -> Borrowed {
        Borrowed { part: "p", from: "cmd", name: "thing", without }
    }

    fn attempt(without: &'static [&'static str], source: &str) -> Result<String> {
        let dir = tempfile::tempdir().expect("folder");
        let (module, to) = (dir.path().join("module"), dir.path().join("to"));
        fs::create_dir_all(module.join("cmd")).expect("folder");
        for name in ["main.go", "main_test.go", "main_windows.go", "README.md"] {
            fs::write(module.join("cmd").join(name), source).expect("file");
        }
        copy(&borrowed(without), &module, &to)?;
        assert_eq!(fs::read_dir(&to).expect("folder").count(), 1);
        Ok(fs::read_to_string(to.join("main.go")).expect("file"))
    }

    #[test]
    fn a_program_becomes_a_package() {
        let text = attempt(&["a/bad"], SOURCE).expect("copied");
        assert_eq!(
            text,
            "// A package main.\npackage thing\n\nimport (\n\t_ \"x.org/a/good\"\n)\n\nfunc Main() {\n\tmain2()\n}\n"
        );
    }

    #[test]
    fn a_source_that_changed_is_noticed() {
        let error = attempt(&["a/gone"], SOURCE).expect_err("nothing to leave out");
        assert!(error.to_string().contains("0 imports to leave out"), "{error}");
        let error =
            attempt(&[], &SOURCE.replace("func main()", "func start()")).expect_err("no main");
        assert!(error.to_string().contains("0 functions `main`"), "{error}");
    }
}
