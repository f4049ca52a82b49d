// SPDX-License-Identifier: GPL-2.0
#include "guest/modules.h"

#include "guest/sysfile.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/syscall.h>

namespace netswap::guest {
namespace {

std::string canonical(std::string_view name) {
    std::string result(name);
    std::replace(result.begin(), result.end(), '-', '_');
    return result;
}

std::string module_path(const std::string &name) {
    return std::string(module_dir) + "/" + name + ".ko";
}

/// "a=1 b=2" -> a, b
std::vector<std::string> params_named(const std::string &params) {
    std::vector<std::string> names;
    std::istringstream words(params);
    for (std::string word; words >> word;)
        names.push_back(word.substr(0, word.find('=')));
    return names;
}

const char *reason(int code) {
    switch (code) {
    case ENOEXEC:
        return "built for another kernel, or not a module";
    case ENOENT:
        return "this kernel lacks what the module needs (not a hooked kernel?)";
    case EOPNOTSUPP:
        return "this kernel has no memreserve hooks, or others than the module needs; boot the "
               "hooked kernel of this checkout";
    case EEXIST:
        return "already loaded";
    case EBUSY:
        return "refused: its place is taken";
    case EWOULDBLOCK:
        return "in use by another module";
    default:
        return std::strerror(code);
    }
}

} // namespace

bool module_is_loaded(std::string_view name) {
    const auto loaded = loaded_modules();
    return std::find(loaded.begin(), loaded.end(), canonical(name)) != loaded.end();
}

std::vector<std::string> loaded_modules() {
    std::vector<std::string> names;
    const auto text = read_text("/proc/modules").value_or("");
    for (std::size_t begin = 0; begin < text.size();) {
        const auto line_end = std::min(text.find('\n', begin), text.size());
        names.push_back(text.substr(begin, text.find(' ', begin) - begin));
        begin = line_end + 1;
    }
    std::reverse(names.begin(), names.end());
    return names;
}

std::vector<std::string> image_modules() {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(module_dir, none))
        if (entry.path().extension() == ".ko")
            names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

bool image_has(const std::string &name) {
    std::error_code none;
    return std::filesystem::exists(module_path(name), none);
}

Result<void> load_module(const std::string &name, const std::string &params) {
    const auto path = module_path(name);
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return os_error("opening " + path);
    if (::syscall(SYS_finit_module, file.get(), params.c_str(), 0) != 0) {
        const int code = errno;
        return tl::make_unexpected(Error{"loading " + name + ": " + reason(code), code});
    }
    return {};
}

Result<void> check_parameters(const std::string &name, const std::string &params) {
    for (const auto &param : params_named(params))
        if (!std::filesystem::exists("/sys/module/" + canonical(name) + "/parameters/" + param))
            return fail("module " + name + " has no parameter '" + param + "'");
    return {};
}

Result<void> load_with_dependencies(const std::string &name, std::vector<std::string> &loaded,
                                    const std::string &params) {
    const auto elf = read_text(module_path(name));
    if (!elf)
        return tl::make_unexpected(elf.error());
    for (const auto &needed : module_dependencies(*elf)) {
        if (module_is_loaded(needed))
            continue;
        if (auto done = load_with_dependencies(needed, loaded); !done)
            return with_context(done.error(), "for " + name);
    }
    if (auto done = load_module(name, params); !done)
        return done;
    loaded.push_back(name);
    return {};
}

Result<void> unload_module(const std::string &name) {
    if (::syscall(SYS_delete_module, name.c_str(), O_NONBLOCK) != 0) {
        const int code = errno;
        return tl::make_unexpected(Error{
            "unloading " + name + ": " + (code == ENOENT ? "not loaded" : reason(code)), code});
    }
    return {};
}

} // namespace netswap::guest
