// SPDX-License-Identifier: GPL-2.0
#include "metrics/http_server.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/fd.h"
#include "lib/text.h"

namespace netswap::metrics {

namespace {

constexpr std::size_t most_head = 8192;
constexpr timeval client_limit = {2, 0}; ///< for each read and write

std::string response(std::string_view status, std::string_view type, std::string_view body,
                     bool with_body = true) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
                       "Connection: close\r\n\r\n{}",
                       status, type, body.size(), with_body ? body : "");
}

std::string plain(std::string_view status) {
    return response(status, "text/plain; charset=utf-8", fmt::format("{}\n", status.substr(4)));
}

/// Whether the client says that it understands OpenMetrics.
bool accepts_open_metrics(std::string_view request) {
    for (const auto line : split(request, '\n')) {
        std::string lower(line);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (lower.starts_with("accept:") &&
            lower.find("application/openmetrics-text") != std::string::npos)
            return true;
    }
    return false;
}

/// The head of a request; empty if the client does not send one in time.
std::string read_head(int client) {
    std::string head;
    std::array<char, 1024> part{};
    for (int reads = 0; reads < 64 && head.size() < most_head; ++reads) {
        const auto got = ::recv(client, part.data(), part.size(), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return "";
        head.append(part.data(), static_cast<std::size_t>(got));
        if (head.find("\r\n\r\n") != std::string::npos)
            return head;
    }
    return "";
}

void send_all(int client, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return; // the scraper tries again
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace

std::string answer_request(std::string_view request, const Scrape &scrape) {
    const auto line = request.substr(0, request.find_first_of("\r\n"));
    const auto words = split(line, ' ');
    if (words.size() != 3 || !words[2].starts_with("HTTP/1."))
        return plain("400 Bad Request");
    const bool head = words[0] == "HEAD";
    if (words[0] != "GET" && !head)
        return plain("405 Method Not Allowed");
    if (words[1].substr(0, words[1].find('?')) != "/metrics")
        return plain("404 Not Found");
    const bool open_metrics = accepts_open_metrics(request);
    const auto text = scrape(open_metrics);
    if (!text)
        return response("500 Internal Server Error", "text/plain; charset=utf-8",
                        text.error().message + "\n");
    return response("200 OK",
                    open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                 : "text/plain; version=0.0.4; charset=utf-8",
                    *text, !head);
}

Status serve(int listening, int stop, const Scrape &scrape) {
    while (true) {
        std::array<pollfd, 2> fds = {pollfd{stop, POLLIN, 0}, pollfd{listening, POLLIN, 0}};
        if (::poll(fds.data(), fds.size(), -1) < 0) {
            if (errno == EINTR)
                continue;
            return tl::unexpected(errno_error("waiting for scrapers", errno));
        }
        if (fds[0].revents != 0)
            return {};
        const Fd client(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
        if (!client.valid())
            continue; // it went away again
        ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &client_limit, sizeof(client_limit));
        ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &client_limit, sizeof(client_limit));
        if (const auto head = read_head(client.get()); !head.empty())
            send_all(client.get(), answer_request(head, scrape));
    }
}

} // namespace netswap::metrics
