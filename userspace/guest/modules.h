// SPDX-License-Identifier: GPL-2.0
// Kernel modules of the image: /lib/netswap/<name>.ko.
#pragma once

#include "guest/base.h"

#include <string>
#include <string_view>
#include <vector>

namespace netswap::guest {

inline constexpr const char *module_dir = "/lib/netswap";

/// Names with '-' and '_' taken as the same, as the kernel does.
bool module_is_loaded(std::string_view name);

/// Names of all loaded modules, oldest first.
std::vector<std::string> loaded_modules();

/// Names of the modules in the image, sorted.
std::vector<std::string> image_modules();

/// Whether <name>.ko is in the image.
bool image_has(const std::string &name);

/// Loads <name>.ko from the image with `params` ("a=1 b=2"). Loading what is loaded is an
/// error (EEXIST). The error carries the kernel's reason.
Result<void> load_module(const std::string &name, const std::string &params = "");

/// Fails unless the loaded module has all parameters of `params`: the kernel ignores what it does
/// not know. They must be visible in sysfs, as all of ours are.
Result<void> check_parameters(const std::string &name, const std::string &params);

/// As load_module, after the modules it depends on as far as they are not loaded yet.
/// Appends every name it loaded to `loaded`, in order.
Result<void> load_with_dependencies(const std::string &name, std::vector<std::string> &loaded,
                                    const std::string &params = "");

/// Unloads; an error (EBUSY, EWOULDBLOCK) if it is in use.
Result<void> unload_module(const std::string &name);

/// The "depends=" list of a module file's content.
std::vector<std::string> module_dependencies(std::string_view elf);

} // namespace netswap::guest
