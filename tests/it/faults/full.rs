//! A disk that fills and is emptied under load: served throughout, told, current soon after there
//! is room.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bodies::{Bodies, CODINGS};
use super::rounds;
use super::server::Server;
use super::stage::{SOON, Stage, live, outlives_its_store};
use crate::support::{Home, SITE, copy, pass, within};

/// A small disk at a folder, gone with this value.
pub struct Mount(PathBuf);

impl Mount {
    /// Runs mount, which must succeed: whoever asks for these tests has made sure that it can.
    pub fn new(args: &[&str], at: &Path) -> Self {
        let ran = Command::new("mount").args(args).arg(at).output().unwrap();
        assert!(
            ran.status.success(),
            "mount: run this by tests/faults: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        Self(at.to_owned())
    }

    /// So many mebibytes in memory.
    pub fn memory(mebibytes: u32, at: &Path) -> Self {
        Self::new(&["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "bantin-test"], at)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

/// Whether an image can be mounted here: that takes a loop device and mkfs.ext4.
fn images() -> bool {
    let folder = tempfile::TempDir::new().unwrap();
    let (image, at) = (folder.path().join("image"), folder.path().join("at"));
    fs::create_dir(&at).unwrap();
    let made = image_of(&image);
    made && Command::new("mount").args(["-o", "loop"]).args([&image, &at]).output().is_ok_and(
        |ran| {
            Command::new("umount").arg(&at).status().ok();
            ran.status.success()
        },
    )
}

fn image_of(path: &Path) -> bool {
    File::create(path).and_then(|file| file.set_len(64 << 20)).unwrap();
    Command::new("mkfs.ext4")
        .args(["-q", "-F", "-m", "0"])
        .arg(path)
        .output()
        .is_ok_and(|ran| ran.status.success())
}

/// Puts a home's data on a disk of 64 MB.
fn small_disk(home: &Home, image: bool) -> Mount {
    let (data, before) = (home.path("data"), home.path("before"));
    fs::rename(&data, &before).unwrap();
    fs::create_dir(&data).unwrap();
    let mount = if image {
        let file = home.path("disk.img");
        assert!(image_of(&file));
        Mount::new(&["-o", "loop", file.to_str().unwrap()], &data)
    } else {
        Mount::memory(64, &data)
    };
    copy(&before, &data);
    mount
}

/// Fills the disk but for so many bytes.
fn fill(filler: &Path, leave: u64) {
    let mut file = File::create(filler).unwrap();
    for block in [1 << 20, 4096, 1] {
        while file.write(&vec![0; block]).is_ok_and(|written| written > 0) {}
    }
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(leave)).unwrap();
}

/// While a disk is full, whatever happens at the portal, that is told and the feed is served.
fn is_told_and_served(server: &Server, listen: &str, mut happen: impl FnMut()) {
    let (feed, bodies) = (format!("feeds/{SITE}.atom"), Bodies::default());
    let serves = || {
        let served =
            |coding: &&str| bodies.read(listen, &feed, coding).is_ok_and(|body| body.is_some());
        assert!(
            CODINGS.iter().all(served),
            "served throughout, in every coding; log:\n{}",
            server.tail()
        );
    };
    let told = within(SOON, || {
        happen();
        within(Duration::from_millis(300), || {
            serves();
            server.is(&["disk-full"])
        })
    });
    assert!(told, "a full disk is told: {}\nlog:\n{}", server.health(), server.tail());
    within(Duration::from_secs(2), || {
        serves();
        false
    });
    assert!(server.is(&["disk-full"]), "it is full still: {}", server.health());
}

#[test]
#[ignore = "mounts disks: tests/faults full"]
fn a_full_disk_is_told_and_left() {
    let stage = Stage::new("127.77.1.3", 62, "");
    let image = images();
    if !image {
        println!("full: not run on ext4: no loop device, or no mkfs.ext4; on tmpfs alone");
    }
    rounds("full", 20, 1, |dice, round| {
        let (portal, home) = (stage.portal(), stage.home());
        let ext4 = image && round % 2 == 0;
        // Unmounted before the home goes.
        let mount = small_disk(&home, ext4);
        let filler = home.path("data/filler");
        let at_start = dice.one_in(3);
        let leave = if dice.one_in(2) { 0 } else { dice.below(256 << 10) };
        let mut server;
        if at_start {
            fill(&filler, leave);
            server = Server::serving(&home, &stage, &[]);
        } else {
            server = Server::serving(&home, &stage, &[]);
            live(&portal, dice);
            pass(Duration::from_millis(dice.below(1500)));
            fill(&filler, leave);
        }
        is_told_and_served(&server, &stage.listen, || live(&portal, dice));
        fs::remove_file(&filler).unwrap();
        let took = server.shows(&portal, SOON);
        server.is_well();
        let log = server.stop();
        assert!(!log.contains("panicked"), "{log}");
        outlives_its_store(&home);
        drop(mount);
        let (disk, when) = (
            if ext4 { "ext4" } else { "tmpfs" },
            if at_start { "at the start" } else { "meanwhile" },
        );
        format!(
            "{disk}, full {when} but for {leave} bytes; current after {:.1} s",
            took.as_secs_f32()
        )
    });
}
