// SPDX-License-Identifier: GPL-2.0
#include "model/state.h"

namespace netswap::model {

namespace {

class Packer {
  public:
    template <typename T>
    Packer &put(T value, unsigned bits) {
        key_ |= static_cast<Key>(value) << shift_;
        shift_ += bits;
        return *this;
    }
    Key key() const { return key_; }

  private:
    Key key_ = 0;
    unsigned shift_ = 0;
};

class Unpacker {
  public:
    explicit Unpacker(Key key) : key_(key) {}

    template <typename T>
    Unpacker &get(T &value, unsigned bits) {
        value = static_cast<T>(key_ & ((Key{1} << bits) - 1));
        key_ >>= bits;
        return *this;
    }

  private:
    Key key_;
};

} // namespace

int State::charged() const {
    int sum = ring_charged + kept_charged;
    for (const auto &packet : stack)
        sum += packet.charged;
    return sum;
}

int State::under_way(Packet kind) const {
    int count = 0;
    for (const auto &packet : stack)
        count += packet.kind == kind;
    return count;
}

Key pack(const State &state) {
    Packer packer;
    packer.put(state.free, 5).put(state.ring, 3).put(state.ring_charged, 3);
    packer.put(state.kept, 4).put(state.kept_charged, 5);
    packer.put(state.users, 3).put(state.threads, 3);
    packer.put(state.unacked, 4).put(state.unanswered, 4).put(state.lost, 4);
    packer.put(state.holder, 2).put(state.refill, 3);
    for (const auto &packet : state.stack)
        packer.put(packet.kind, 2).put(packet.charged, 2);
    return packer.key();
}

State unpack(Key key) {
    State state;
    Unpacker unpacker(key);
    unpacker.get(state.free, 5).get(state.ring, 3).get(state.ring_charged, 3);
    unpacker.get(state.kept, 4).get(state.kept_charged, 5);
    unpacker.get(state.users, 3).get(state.threads, 3);
    unpacker.get(state.unacked, 4).get(state.unanswered, 4).get(state.lost, 4);
    unpacker.get(state.holder, 2).get(state.refill, 3);
    for (auto &packet : state.stack)
        unpacker.get(packet.kind, 2).get(packet.charged, 2);
    return state;
}

} // namespace netswap::model
