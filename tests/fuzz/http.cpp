// SPDX-License-Identifier: GPL-2.0
#include "metrics/http_server.h"

#include "metrics/listen_address.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void http(std::string_view input) {
    int scrapes = 0;
    const auto answer = metrics::answer_request(input, [&](bool) -> Result<std::string> {
        ++scrapes;
        return "up 1\n";
    });
    require(answer.starts_with("HTTP/1.1 ") && answer.find("\r\n\r\n") != std::string::npos,
            "no answer: " + answer);
    require(answer.starts_with("HTTP/1.1 200 ") == (scrapes == 1), "200 and no scrape, or both");

    const auto address = metrics::parse_listen_address(input.substr(0, input.find('\n')));
    if (clear(address))
        require(address->length > 0 && address->length <= sizeof address->address,
                "an address of impossible length");
}

} // namespace netswap::fuzz
