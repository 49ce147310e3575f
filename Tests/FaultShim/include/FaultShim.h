/// A library for LD_PRELOAD that makes the disk and the machine below a process fail at a chosen moment.
///
/// It counts the *steps* of the process, and of the libraries that it calls, that make something durable below
/// FAULT_ROOT, and acts on the chosen ones. Environment variables configure it:
///
///     FAULT_ROOT    absolute path without symbolic links: only what is below it counts
///     FAULT_LOG     a file outside of it, to which a line "NUMBER KIND PATH" is appended before each chosen step
///     FAULT_KINDS   the chosen kinds, separated by commas: write sync truncate create folder rename link
///                   unlink mode; all of them if it is not set
///     FAULT_PATH    only steps whose path contains this text are chosen, or ends with it if a $ follows
///     FAULT_AT      the number of the chosen step, from 1, at which to act; if it is not set, nothing happens
///     FAULT_TIMES   how many chosen steps from there on; 1 by default, 0 for all
///     FAULT_BYTES   act instead on each write once this many bytes were written in total: a disk of that size
///     FAULT_DO      what happens: kill-before, kill-after, stop-before (SIGSTOP), short (half of a write), or the name
///                   of the error with which the step fails: EIO ENOSPC EDQUOT EROFS. Or drop, with kind sync
///                   and a FAULT_SHADOW: the flush fails with EIO, and the file returns to its last flushed state, as if
///                   the system had dropped the pages that it could not write; a later flush succeeds
///     FAULT_SHADOW  a folder that receives what a power cut would leave: each file as it was when it was last flushed,
///                   and each folder's names likewise. Its form: the ID of a file or folder is INODE-BIRTHTIME; contents
///                   are in files/ID, names in folders/ID, each line "d ID NAME" or "f ID NAME". Both must exist.
///     FAULT_CLOCK   seconds that the wall clock is ahead of the machine's; may be negative
#pragma once
