//! What stops a server, however this process ends.
//!
//! A small shell script in a process group of its own starts the server and
//! reads a pipe whose other end only we hold. When we end, by return, panic, Ctrl-C
//! or SIGKILL, the pipe closes; the script ends the commands that we were running,
//! stops the server and removes its folder. So there is no signal handler here.

use crate::process::{Result, command};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

// $1 is the folder, $2 the signal that ends the server, $3 the file and $4 the pattern that say it is ready; the rest
// starts it, as in `postgres -D data`, perhaps behind `setpriv`. The server is the script's child, so that it is waited
// for even where process 1 buries nobody.
const SCRIPT: &str = r#"
folder=$1 signal=$2 file=$3 pattern=$4; shift 4
group= server=
finish() {
    trap '' HUP INT TERM
    [ -z "$group" ] || kill -s TERM -- "-$group"
    [ -z "$server" ] || { kill -s "$signal" "$server"; wait "$server"; }
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
is_ready() { grep -q -e "$pattern" "$folder/$file"; }
while read -r word argument; do
    case $word in
    start)
        "$@" </dev/null >"$folder/log" 2>&1 & server=$!
        tries=0
        until is_ready || [ $tries -gt 1200 ] || ! kill -s 0 "$server"; do
            tries=$((tries + 1)); sleep 0.05
        done
        if is_ready; then echo started; else echo failed; fi ;;
    guard) group=$argument ;;
    esac
done
"#;

/// How a kind of server is ended, and how it says that it takes connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    /// The signal of a quick end, after which nothing has to be kept.
    pub(crate) signal: &'static str,
    /// The file in the server's folder, and the pattern that `grep` finds there when it is ready.
    pub(crate) ready: (&'static str, &'static str),
}

/// The running script; dropping it stops the server and waits until it is gone.
#[derive(Debug)]
pub(crate) struct Supervisor {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Supervisor {
    /// Watches over a folder and the server in it, which is not started yet.
    pub(crate) fn new(folder: &Path, server: &Command, manners: Manners) -> Result<Supervisor> {
        let mut script = command("sh");
        let (file, pattern) = manners.ready;
        script.args(["-c", SCRIPT, "kysera-server"]).arg(folder).args([manners.signal, file, pattern]);
        script.arg(server.get_program()).args(server.get_args()).current_dir("/");
        script.envs(server.get_envs().filter_map(|(name, value)| Some((name, value?))));
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = script.spawn().map_err(|error| format!("cannot run `sh`: {error}"))?;
        let orders = child.stdin.take();
        let answers = child.stdout.take().ok_or("the server's supervisor has no output")?;
        Ok(Supervisor { child, orders, answers: BufReader::new(answers), folder: folder.to_path_buf() })
    }

    /// Starts the server and waits until it takes connections.
    pub(crate) fn start(&mut self) -> Result {
        self.order("start");
        let mut answer = String::new();
        let read = self.answers.read_line(&mut answer);
        if read.is_ok() && answer.trim() == "started" {
            return Ok(());
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("the server did not start; its log:\n{log}"))
    }

    /// Names the process group that ends with us.
    pub(crate) fn guard(&mut self, group: Option<u32>) {
        self.order(&format!("guard {}", group.map(|group| group.to_string()).unwrap_or_default()));
    }

    /// Waits until somebody stops the script.
    pub(crate) fn wait(mut self) -> Result {
        let _ended = self.child.wait().map_err(|error| format!("cannot wait for the server: {error}"))?;
        Ok(())
    }

    fn order(&mut self, line: &str) {
        // When the script is gone, so is the server, and the next connection says it.
        let _ = self.orders.as_mut().map(|orders| writeln!(orders, "{line}"));
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}
