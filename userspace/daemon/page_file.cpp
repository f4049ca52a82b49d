// SPDX-License-Identifier: GPL-2.0
#include "daemon/page_file.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

namespace netswap {

namespace {

constexpr std::size_t page_bytes = 4096;

} // namespace

Result<PageFile> PageFile::open(const live::Paths &paths, const std::string &area) {
    const auto lock_path = paths.run(area + live::keeper_ending);
    Fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock.valid())
        return tl::unexpected(errno_error(lock_path, errno));
    const auto path = paths.run(area + live::page_ending);
    const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd.valid() || ::ftruncate(fd.get(), page_bytes) != 0)
        return tl::unexpected(errno_error(path, errno));
    void *memory = ::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED)
        return tl::unexpected(errno_error(path, errno));
    auto *page = static_cast<live::LivePage *>(memory);
    PageFile file(std::move(lock), page);
    if (::flock(file.lock_.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(
            fmt::format("{}: another netswapd keeps this area, pid {}", path, page->pid.load()),
            exit_bad_input);
    if (page->magic != live::live_magic || page->version != live::live_version) {
        std::fill_n(static_cast<char *>(memory), page_bytes, '\0');
        page->magic = live::live_magic;
        page->version = live::live_version;
    }
    page->pid = ::getpid(); // whoever sees the lock asks for it
    return file;
}

PageFile::PageFile(PageFile &&other) noexcept
    : lock_(std::move(other.lock_)), page_(std::exchange(other.page_, nullptr)) {}

PageFile::~PageFile() {
    if (page_ != nullptr)
        ::munmap(page_, page_bytes);
}

} // namespace netswap
