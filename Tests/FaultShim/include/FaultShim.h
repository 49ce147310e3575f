/// Preloaded into a process (LD_PRELOAD), lets the disk and the machine below it fail at a chosen moment.
///
/// It counts the *steps* that the process takes towards something durable below FAULT_ROOT, its own and those of the
/// libraries it calls, and acts on those that are chosen. Everything is said in environment variables:
///
///     FAULT_ROOT    absolute path without symbolic links: only what lies below it counts
///     FAULT_LOG     a file outside of it that a line "NUMBER KIND PATH" is appended to for each chosen step, before it
///     FAULT_KINDS   the kinds that are chosen, with commas between: write sync truncate create folder rename link
///                   unlink mode; all of them without it
///     FAULT_PATH    only steps whose path contains this text are chosen, or ends with it where a $ follows
///     FAULT_AT      the number of the chosen step, from 1, at which to act; without it nothing happens
///     FAULT_TIMES   how many chosen steps from there on; 1 without it, 0 for all
///     FAULT_BYTES   act instead on each write once so many bytes were written in all: a disk of that size
///     FAULT_DO      what happens: kill-before, kill-after, stop-before (SIGSTOP), short (half of a write), or the name
///                   of an error that the step fails with, untaken: EIO ENOSPC EDQUOT EROFS. Or drop, with kind sync
///                   and a FAULT_SHADOW: the flush fails with EIO, and the file is again what was last flushed of it, as
///                   where the system drops the pages that it could not write; a later flush has nothing to complain of
///     FAULT_SHADOW  a folder that receives what a power cut would leave: each file as it was when it was last flushed,
///                   and each folder's names likewise. Its form: the ID of a file or folder is INODE-BIRTHTIME; contents
///                   are in files/ID, names in folders/ID, each line "d ID NAME" or "f ID NAME". Both must exist.
///     FAULT_CLOCK   seconds that the wall clock is ahead of the machine's; may be negative
#pragma once
