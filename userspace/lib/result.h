// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace netswap {

/// Exit codes of the tools; an Error carries the one its cause asks for.
enum ExitCode {
    exit_ok = 0,
    exit_failed = 1,    ///< it ran, and the result is bad
    exit_bad_input = 2, ///< options or files given by the user are wrong
    exit_host = 3,      ///< this host cannot run it
    exit_interrupted = 130,
};

/// What went wrong, in words for the user: one line without a full stop at the end.
/// Context is put in front while the error travels up: "starting nbdkit: not found in PATH".
struct Error {
    std::string message;
    int code = exit_failed;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An error as the return value of a function that returns Result<T>.
inline tl::unexpected<Error> fail(std::string message, int code = exit_failed) {
    return tl::unexpected<Error>(Error{std::move(message), code});
}

/// The same error with "context: " in front; the code is kept.
inline tl::unexpected<Error> with_context(Error error, std::string_view context) {
    error.message = std::string(context) + ": " + error.message;
    return tl::unexpected<Error>(std::move(error));
}

/// "what: No such file or directory" for an errno value.
Error errno_error(std::string_view what, int error_number, int code = exit_failed);

} // namespace netswap
