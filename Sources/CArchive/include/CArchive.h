#pragma once
#include <archive.h>
#include <archive_entry.h>
// Glibc's Swift overlay lacks statfs(2), mallopt(3) and malloc_trim(3).
#include <malloc.h>
#include <sys/statfs.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>

// libarchive is loaded when the first of its functions is called (CLoading.h). Only the functions that CArchive.c
// forwards can be used.

/// Loads libarchive. Returns whether it exists.
bool callark_archive_is_there(void);

// Glibc declares these only under _GNU_SOURCE, which Swift's Glibc module does not define. Declarations and values, no
// logic. The values are the kernel's own and never change.

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags);
int sync_file_range(int descriptor, int64_t offset, int64_t count, unsigned int flags);

static const int callark_open_direct = __O_DIRECT;
static const unsigned int callark_rename_noreplace = 1;
static const unsigned int callark_sync_file_range_write = 2;
