// SPDX-License-Identifier: GPL-2.0
// What the lab hears from the programs it runs, and what it kept of a run.
#include <algorithm>

#include "lib/nbd_stream.h"
#include "lib/qemu_monitor.h"
#include "lib/recording.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

namespace {

/// What came out so far, compared with what the server said.
class Pipe {
  public:
    void client_says(std::string_view bytes) {
        stream_.client_says(bytes);
        drain();
    }

    void server_says(std::string_view bytes) {
        said_ += bytes;
        stream_.server_says(bytes);
        drain();
    }

  private:
    void drain() {
        while (const auto unit = stream_.next()) {
            require(!unit->bytes.empty(), "a part without a byte");
            require(unit->bytes == said_.substr(passed_, unit->bytes.size()),
                    "a part that the server did not say");
            passed_ += unit->bytes.size();
            require(unit->kind != NbdUnit::Kind::reply ||
                        unit->bytes.size() >= NbdUnit::header_bytes,
                    "a reply without its head");
        }
        require(passed_ + stream_.pending() == said_.size(), "words of the server are lost");
        require(stream_.understood() || stream_.pending() == 0, "a plain pipe keeps something");
    }

    NbdStream stream_;
    std::string said_;
    std::size_t passed_ = 0;
};

} // namespace

/// Who speaks (s for the server), how many bytes, and these; again and again.
void nbd_stream(std::string_view input) {
    Pipe pipe;
    while (input.size() > 2) {
        const bool server = input[0] == 's';
        const auto bytes =
            std::min<std::size_t>(static_cast<unsigned char>(input[1]), input.size() - 2);
        const auto words = input.substr(2, bytes);
        server ? pipe.server_says(words) : pipe.client_says(words);
        input.remove_prefix(2 + bytes);
    }
}

void monitor(std::string_view input) {
    const auto answer = monitor_answer(input);
    require(!answer || input.find(*answer) != std::string_view::npos,
            "an answer that the monitor did not give");
}

void recording(std::string_view input) {
    const auto recording = parse_recording(input, "LOG");
    if (!clear(recording))
        return;
    const auto text = recording_json(*recording);
    const auto again = parse_recording(text, "LOG");
    require(again && recording_json(*again) == text, "a recording is not read as written");
}

} // namespace netswap::fuzz
