// SPDX-License-Identifier: GPL-2.0
// Threads that may use the reserve: how they come by it, who inherits it, how it ends.
#include "lib/proc_parse.h"
#include "marks_client.h"
#include "reclaim_counter.h"
#include "short_of_memory.h"
#include "skip.h"

#include <sstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr unsigned long pf_memalloc = 0x800; // the kernel's, since long ago
constexpr int grants_limit = 16;
constexpr int batch = 8; // sockets
constexpr int batches = 10;

const char *missing = "needs the hooked kernel and its modules, or netswap_mark";

bool possible() {
    return complete() || stock_with_marks();
}

/// The module that keeps the grants.
std::string keeper() {
    return hooked() ? std::string(core_module) : stock_module;
}

/// The calling thread's flags in the kernel: the ninth word, the second may have blanks.
bool has_flag() {
    const auto text = read_text("/proc/thread-self/stat").value_or("");
    std::istringstream words(text.substr(text.rfind(')') + 1));
    std::string word;
    for (int i = 0; i < 7; ++i)
        words >> word;
    return (std::stoul(word) & pf_memalloc) != 0;
}

/// A child that has the reserve until it is told to end.
class GrantedChild {
  public:
    GrantedChild() {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const Fd answer(ends[0]);
        Fd say(ends[1]);
        pid_ = ::fork();
        if (pid_ == 0) {
            auto marks = live::KernelMarks::open();
            const char error =
                !marks ? EIO
                       : static_cast<char>((*marks)->grant(true) ? 0 : (*marks)->last_errno());
            (void)!::write(say.get(), &error, 1);
            for (;;)
                ::pause();
        }
        say.reset();
        char error = EIO;
        (void)!::read(answer.get(), &error, 1);
        error_ = error;
    }
    GrantedChild(const GrantedChild &) = delete;
    GrantedChild &operator=(const GrantedChild &) = delete;
    ~GrantedChild() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] int error() const { return error_; } ///< errno of the request

  private:
    pid_t pid_ = -1;
    int error_ = 0;
};

std::uint64_t vm_counter(const std::string &name) {
    for (const auto &[key, value] : parse_counters(read_text("/proc/vmstat").value_or("")))
        if (key == name)
            return value;
    return 0;
}

std::uint64_t free_pages(std::uint64_t ZoneSample::*field) {
    ZoneTable table;
    (void)parse_zoneinfo(read_text("/proc/zoneinfo").value_or(""), table);
    return table.sum(field);
}

/// Takes memory in a thread that was made before the grant: a granted one would take the
/// reserve as well.
class Taker {
  public:
    explicit Taker(const ShortOfMemory &shortage)
        : thread_([this, &shortage] {
              for (char order = 0; ::read(orders_[0].get(), &order, 1) == 1 && order == go;) {
                  (void)shortage.deepen();
                  (void)!::write(answers_[1].get(), &order, 1);
              }
          }) {}
    Taker(const Taker &) = delete;
    Taker &operator=(const Taker &) = delete;
    ~Taker() {
        (void)!::write(orders_[1].get(), &end, 1);
        thread_.join();
    }

    /// Until no ordinary atomic caller would get a page.
    void take() const {
        char answer = 0;
        (void)!::write(orders_[1].get(), &go, 1);
        (void)!::read(answers_[0].get(), &answer, 1);
    }

  private:
    static constexpr char go = 'g', end = 'e';

    static std::array<Fd, 2> new_pipe() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        return {Fd(ends[0]), Fd(ends[1])};
    }

    std::array<Fd, 2> orders_ = new_pipe(), answers_ = new_pipe();
    std::thread thread_;
};

/// What it took a thread to open sockets while there is no memory.
struct Strain {
    int opened = 0;
    int batches = 0;
    int starved = 0;            ///< batches that began below the min watermark
    std::uint64_t reclaims = 0; ///< of the thread itself
    std::uint64_t kills = 0;    ///< of anybody for want of memory, meanwhile
};

/// With `stop`, at the first time that the thread reclaims: the victims are few. The sockets stay
/// open in `sockets`, or the next one would live on what they leave.
Strain open_sockets(const Taker &taker, std::vector<Fd> &sockets, bool stop) {
    Strain strain;
    const ReclaimCounter reclaims;
    for (int i = 0; i < batches && !(stop && reclaims.count() > 0); ++i) {
        taker.take();
        ++strain.batches;
        strain.starved += free_pages(&ZoneSample::free) < free_pages(&ZoneSample::min);
        const auto kills = vm_counter("oom_kill");
        for (int k = 0; k < batch; ++k) {
            sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
            strain.opened += sockets.back().valid();
        }
        strain.kills += vm_counter("oom_kill") - kills;
    }
    strain.reclaims = reclaims.count();
    return strain;
}

} // namespace

TEST_CASE("a thread is granted the reserve and gives it back") {
    if (!possible())
        return skip(missing);
    const Loaded module(keeper());
    const auto netlink = marks_client();
    REQUIRE_FALSE(has_flag());
    const auto none = netlink->grant(false);
    REQUIRE_FALSE(none.has_value());
    CHECK(netlink->last_errno() == ENOENT);
    CHECK(none.error().message == "the thread may not use the reserve anyway");
    REQUIRE(netlink->grant(true).has_value());
    CHECK(has_flag());
    CHECK(netlink->grant(true).has_value());
    bool others = true;
    std::thread([&others] { others = has_flag(); }).join();
    CHECK_FALSE(others);
    CHECK(netlink->grant(false).has_value());
    CHECK_FALSE(has_flag());
}

TEST_CASE("children do not inherit a grant") {
    if (!possible())
        return skip(missing);
    const Loaded module(keeper());
    const auto netlink = marks_client();
    REQUIRE(netlink->grant(true).has_value());
    const auto child = ::fork();
    if (child == 0)
        ::_exit(has_flag() ? 1 : 0);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(has_flag());
    CHECK(netlink->grant(false).has_value());
}

TEST_CASE("a grant keeps the module, and ends with its thread") {
    if (!possible())
        return skip(missing);
    for (int round = 0; round < 3; ++round) {
        const Loaded module(keeper());
        {
            const GrantedChild child;
            REQUIRE(child.error() == 0);
            const auto refused = unload_module(keeper());
            REQUIRE_FALSE(refused.has_value());
            CHECK(module_is_loaded(keeper()));
        }
        // The child was killed; Loaded fails if its grant still holds the module.
    }
}

TEST_CASE("only so many threads are granted the reserve") {
    if (!possible())
        return skip(missing);
    const Loaded module(keeper());
    {
        std::vector<std::unique_ptr<GrantedChild>> children;
        for (int i = 0; i < grants_limit; ++i) {
            children.push_back(std::make_unique<GrantedChild>());
            REQUIRE(children.back()->error() == 0);
        }
        CHECK(GrantedChild().error() == ENOSPC);
        children.pop_back();
        CHECK(GrantedChild().error() == 0);
    }
    CHECK(marks_client()->grant(true).has_value());
    CHECK(marks_client()->grant(false).has_value());
}

TEST_CASE("a granted thread opens sockets when the reserve is all there is") {
    if (!possible() || !image_has("starve_atomic"))
        return skip(missing);
    if (memory_is_kept())
        return skip(kept);
    const Loaded module(keeper());
    std::optional<Loaded> gfp;
    if (hooked())
        gfp.emplace("gfp_memalloc");
    const auto netlink = marks_client();
    Strain granted, ordinary;
    std::vector<Fd> sockets;
    sockets.reserve(2 * batches * batch);
    {
        const ShortOfMemory shortage;
        const Taker taker(shortage);
        Relief relief(shortage);
        REQUIRE(netlink->grant(true).has_value());
        granted = open_sockets(taker, sockets, false);
        REQUIRE(netlink->grant(false).has_value());
        relief.begin();
        ordinary = open_sockets(taker, sockets, true);
    }
    INFO("granted: starved " << granted.starved << " of " << granted.batches << ", reclaims "
                             << granted.reclaims << ", killed " << granted.kills
                             << "; ordinary: " << ordinary.batches << " batches, reclaims "
                             << ordinary.reclaims << ", killed " << ordinary.kills);
    // The reserve has an end, too, and others need some of it.
    CHECK(granted.opened >= batches * batch * 3 / 4);
    CHECK(granted.starved >= batches / 2);
    CHECK(granted.reclaims == 0);
    CHECK(granted.kills == 0);
    CHECK(ordinary.reclaims > 0);
}
