#pragma once
// What Swift's Glibc module lacks: struct stat and statfs(2), mallopt(3), and what glibc declares under _GNU_SOURCE
// only. Declarations and values, no logic. The values are the kernel's own and never change.
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags);
int accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags);
int pipe2(int *ends, int flags);
int syncfs(int descriptor);
int sync_file_range(int descriptor, int64_t offset, int64_t count, unsigned int flags);

static const int callark_open_direct = __O_DIRECT;
static const int callark_open_path = __O_PATH;
static const unsigned int callark_rename_noreplace = 1;
static const unsigned int callark_sync_file_range_write = 2;

// What SO_PEERCRED gives: struct ucred.
struct callark_peer { int32_t pid; uint32_t uid; uint32_t gid; };
