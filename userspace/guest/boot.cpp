// SPDX-License-Identifier: GPL-2.0
#include "guest/boot.h"

#include "guest/clock.h"

#include <array>
#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>

namespace netswap::guest {
namespace {

struct Mount {
    const char *type;
    const char *where;
};

constexpr std::array<Mount, 4> mounts{
    {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"debugfs", "/sys/kernel/debug"}}};

void open_console() {
    const int console = ::open("/dev/console", O_RDWR);
    if (console < 0)
        return;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        ::dup2(console, fd);
    if (console > STDERR_FILENO)
        ::close(console);
}

void feed_random() {
    constexpr std::size_t seed_bytes = 64;
    alignas(rand_pool_info) std::array<unsigned char, sizeof(rand_pool_info) + seed_bytes> seed{};
    auto *pool = reinterpret_cast<rand_pool_info *>(seed.data());
    pool->entropy_count = 8 * static_cast<int>(seed_bytes);
    pool->buf_size = static_cast<int>(seed_bytes);
    const auto now = monotonic_ns();
    std::memcpy(pool->buf, &now, sizeof now);
    const Fd random(::open("/dev/urandom", O_WRONLY | O_CLOEXEC));
    if (random.valid())
        ::ioctl(random.get(), RNDADDENTROPY, pool);
}

} // namespace

Result<void> boot() {
    for (const auto &[type, where] : mounts) {
        ::mkdir(where, 0755);
        if (::mount(type, where, type, 0, nullptr) != 0 && errno != EBUSY)
            return os_error(std::string("mounting ") + type + " on " + where);
    }
    open_console();
    feed_random();
    return {};
}

void power_off() {
    ::usleep(100'000);
    ::reboot(RB_POWER_OFF);
    for (;;)
        ::pause();
}

} // namespace netswap::guest
