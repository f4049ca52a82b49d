// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include <poll.h>

#include "lib/fd.h"
#include "lib/nbd_stream.h"
#include "lib/reply_tamper.h"

namespace netswap {

/// One connection between a client and an NBD server, relayed. The sockets do not block.
///
/// However it ends, the client sees the end only when the server has closed its side: until then a
/// write that the client has given up could still overtake its repetition on a new connection.
class NbdLink {
  public:
    NbdLink(Fd client, Fd server, ReplyTamper &tamper)
        : client_(std::move(client)), server_(std::move(server)), tamper_(tamper) {}

    /// What to wait for; in the order client, server.
    void waits(pollfd (&waits)[2]) const;
    /// Does what can be done without waiting. False once the connection is over.
    bool go_on(double now);

  private:
    void read_client();
    void read_server();
    void write_client();
    void write_server();
    void end(double now);

    Fd client_;
    Fd server_;
    ReplyTamper &tamper_;
    NbdStream stream_;
    std::string to_client_;
    std::string to_server_;
    bool client_ended_ = false; ///< says nothing any more
    bool server_ended_ = false;
    bool server_told_ = false; ///< that nothing more will come
    bool cut_ = false;         ///< by us: nothing more goes to the client
    double give_up_at_ = 0;    ///< when a server that does not close is left to itself; 0: not yet
};

} // namespace netswap
