// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_build.h"

#include "guest/bench_programs.h"
#include "guest/bench_sources.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

Result<void> write_file(const std::string &path, const std::string &text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.valid() ||
        ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return os_error(path);
    return {};
}

} // namespace

BuildTree::BuildTree(std::string directory, std::string compiler, int units)
    : directory_(std::move(directory)), units_(units) {
    Step link{{compiler, "-nostdlib", "-r", "-o", path("all.o")}, path("all.o")};
    for (int i = 0; i < units; ++i) {
        const auto name = "unit" + std::to_string(i);
        const auto object = path(name + ".o");
        steps_.push_back({{compiler, "-nostdinc", "-c", "-o", object, path(name + ".c")}, object});
        link.argv.push_back(object);
    }
    steps_.push_back(std::move(link));
}

std::string BuildTree::path(const std::string &name) const {
    return directory_ + "/" + name;
}

Result<void> BuildTree::write_sources() {
    if (::mkdir(directory_.c_str(), 0755) != 0 && errno != EEXIST)
        return os_error(directory_);
    auto sources = unit_sources(units_);
    sources.push_back(header_source());
    for (const auto &[name, text] : sources)
        if (auto done = write_file(path(name), text); !done)
            return done;
    return {};
}

Result<void> BuildTree::run(const Step &step) {
    if (auto done = run_program(step.argv); !done)
        return with_context(done.error(), step.made);
    struct stat found {};
    if (::stat(step.made.c_str(), &found) != 0)
        return os_error(step.argv[0] + " made no " + step.made);
    if (found.st_size == 0)
        return fail(step.argv[0] + " left " + step.made + " empty");
    return {};
}

Result<void> BuildTree::build() const {
    for (const auto &step : steps_)
        if (auto done = run(step); !done)
            return done;
    return {};
}

Result<void> BuildTree::clean() const {
    for (const auto &step : steps_)
        if (::unlink(step.made.c_str()) != 0 && errno != ENOENT)
            return os_error(step.made);
    return {};
}

} // namespace netswap::guest
