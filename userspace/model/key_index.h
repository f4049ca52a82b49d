// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/state.h"

namespace netswap::model {

/// A number for each key, in the order in which keys come: a hash table with open addresses, for
/// millions of states.
class KeyIndex {
  public:
    using Index = std::uint32_t;

    /// The key's number, and whether it is new.
    std::pair<Index, bool> add(Key key) {
        if (2 * (keys_.size() + 1) > slots_.size())
            grow();
        auto &slot = slots_[place(key)];
        if (slot != 0)
            return {slot - 1, false};
        keys_.push_back(key);
        slot = static_cast<Index>(keys_.size());
        return {slot - 1, true};
    }

    /// Of a key that was added.
    Index at(Key key) const { return slots_[place(key)] - 1; }

    Key operator[](Index index) const { return keys_[index]; }
    std::size_t size() const { return keys_.size(); }

  private:
    /// The key's slot, or the free one where it belongs. Slots hold numbers from 1.
    std::size_t place(Key key) const {
        const auto mask = slots_.size() - 1;
        auto at = (key * 0x9e3779b97f4a7c15u) >> 20 & mask;
        while (slots_[at] != 0 && keys_[slots_[at] - 1] != key)
            at = (at + 1) & mask;
        return at;
    }

    void grow() {
        slots_.assign(slots_.empty() ? 1024 : 2 * slots_.size(), 0);
        for (Index index = 0; index < keys_.size(); index++)
            slots_[place(keys_[index])] = index + 1;
    }

    std::vector<Key> keys_;
    std::vector<Index> slots_;
};

} // namespace netswap::model
