//! What PID 1 says: to the kernel's log in a machine, to standard error in a container.
//!
//! The kernel shows its log on the console, so there is one way out in each place, not two. It
//! filters by its own level; nothing is filtered here.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::Write;

use linux::kmsg;

/// Priorities of `syslog(3)`.
const ERROR: u8 = 3;
const WARNING: u8 = 4;
const INFO: u8 = 6;

/// Where lines go.
#[derive(Debug)]
pub(crate) struct Log {
    /// The kernel's log; standard error without it.
    kernel: Option<kmsg::Writer>,
}

impl Log {
    /// A log to standard error: the console in a machine, the engine's log in a container.
    pub(crate) const fn to_stderr() -> Self {
        Self { kernel: None }
    }

    /// Turns to the kernel's log, if it can be opened.
    pub(crate) fn turn_to_kernel(&mut self) {
        // The kernel takes ten lines in five seconds from a program unless told otherwise, with
        // the newline (kernel/printk/printk.c, devkmsg_sysctl_set_loglvl). It refuses where its
        // argument printk.devkmsg has decided already, and then that holds.
        std::fs::write("/proc/sys/kernel/printk_devkmsg", "on\n").ok();
        match kmsg::Writer::open() {
            Ok(writer) => self.kernel = Some(writer),
            Err(error) => self.warn(format_args!(
                "{}; going on with standard error",
                crate::error::chain(&error)
            )),
        }
    }

    /// Something went as it should.
    pub(crate) fn info(&self, text: impl Display) {
        self.write(INFO, &text);
    }

    /// Something is missing, and init goes on without it.
    pub(crate) fn warn(&self, text: impl Display) {
        self.write(WARNING, &text);
    }

    /// Something is broken, and the text says what init does about it.
    pub(crate) fn error(&self, text: impl Display) {
        self.write(ERROR, &text);
    }

    fn write(&self, priority: u8, text: &dyn Display) {
        let line = format!("init: {text}");
        let written = self.kernel.as_ref().is_some_and(|k| k.write(priority, &line).is_ok());
        if !written {
            // There is nowhere else to say that this did not work.
            writeln!(std::io::stderr(), "{line}").ok();
        }
    }

    /// Where a process writes that has nobody to read its output; `None` is standard error.
    pub(crate) fn output(&self) -> Option<File> {
        self.kernel.as_ref()?;
        OpenOptions::new().write(true).open("/dev/kmsg").ok()
    }
}
