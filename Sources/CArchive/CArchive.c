#include "CArchive.h"

#include <CLoading.h>

static struct callark_library archive_library = {"libarchive.so.13", NULL};

bool callark_archive_is_there(void) { return callark_library_is_there(&archive_library); }

#define FORWARD(result, name, parameters, arguments) \
    CALLARK_FORWARD(&archive_library, result, name, parameters, arguments)
#define FORWARD_VOID(name, parameters, arguments) \
    CALLARK_FORWARD_VOID(&archive_library, name, parameters, arguments)

FORWARD(struct archive_entry *, archive_entry_new, (void), ())
FORWARD(struct archive_entry *, archive_entry_clear, (struct archive_entry *entry), (entry))
FORWARD_VOID(archive_entry_free, (struct archive_entry *entry), (entry))
FORWARD_VOID(archive_entry_set_filetype, (struct archive_entry *entry, unsigned int type), (entry, type))
FORWARD_VOID(archive_entry_set_gid, (struct archive_entry *entry, la_int64_t group), (entry, group))
FORWARD_VOID(archive_entry_set_mtime, (struct archive_entry *entry, time_t seconds, long nanoseconds),
             (entry, seconds, nanoseconds))
FORWARD_VOID(archive_entry_set_pathname, (struct archive_entry *entry, const char *path), (entry, path))
FORWARD_VOID(archive_entry_set_perm, (struct archive_entry *entry, mode_t mode), (entry, mode))
FORWARD_VOID(archive_entry_set_size, (struct archive_entry *entry, la_int64_t size), (entry, size))
FORWARD_VOID(archive_entry_set_uid, (struct archive_entry *entry, la_int64_t user), (entry, user))

FORWARD(const char *, archive_error_string, (struct archive *archive), (archive))
FORWARD(struct archive *, archive_write_new, (void), ())
FORWARD(int, archive_write_close, (struct archive *archive), (archive))
FORWARD(la_ssize_t, archive_write_data, (struct archive *archive, const void *bytes, size_t count),
        (archive, bytes, count))
FORWARD(int, archive_write_fail, (struct archive *archive), (archive))
FORWARD(int, archive_write_finish_entry, (struct archive *archive), (archive))
FORWARD(int, archive_write_free, (struct archive *archive), (archive))
FORWARD(int, archive_write_header, (struct archive *archive, struct archive_entry *entry), (archive, entry))
FORWARD(int, archive_write_open,
        (struct archive *archive, void *context, archive_open_callback *opener, archive_write_callback *writer,
         archive_close_callback *closer),
        (archive, context, opener, writer, closer))
FORWARD(int, archive_write_set_bytes_per_block, (struct archive *archive, int bytes), (archive, bytes))
FORWARD(int, archive_write_set_format_pax_restricted, (struct archive *archive), (archive))
