// SPDX-License-Identifier: GPL-2.0
#include "guest/live_view.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace netswap::guest {

Result<LiveView> LiveView::open() {
    const auto path = std::string("/run/netswap/") + area_name + live::page_ending;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return os_error("opening " + path);
    struct stat about {};
    if (::fstat(file.get(), &about) != 0 ||
        about.st_size < static_cast<off_t>(sizeof(live::LivePage)))
        return fail(path + " is too short");
    void *memory = ::mmap(nullptr, sizeof(live::LivePage), PROT_READ, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED)
        return os_error("mapping " + path);
    LiveView view(static_cast<const live::LivePage *>(memory));
    if (view->magic != live::live_magic || view->version != live::live_version)
        return fail(path + " is of another version of netswapd");
    return view;
}

LiveView::~LiveView() {
    if (page_ != nullptr)
        ::munmap(const_cast<live::LivePage *>(page_), sizeof(live::LivePage));
}

} // namespace netswap::guest
