// SPDX-License-Identifier: GPL-2.0
#include "live/doctor/nic_drivers.h"

#include <array>
#include <string_view>

namespace netswap::live::doctor {

namespace {

struct Driver {
    std::string_view name;
    Refill refill;
};

constexpr std::array drivers{
    Driver{"virtio_net", Refill::worker},
    // dev_alloc_pages(), netdev_alloc_skb(), napi_alloc_skb(), or the flag spelled out (mlx4)
    Driver{"8139cp", Refill::helper},
    Driver{"e1000e", Refill::helper},
    Driver{"ena", Refill::helper},
    Driver{"i40e", Refill::helper},
    Driver{"ice", Refill::helper},
    Driver{"igb", Refill::helper},
    Driver{"igc", Refill::helper},
    Driver{"ixgbe", Refill::helper},
    Driver{"ixgbevf", Refill::helper},
    Driver{"mlx4_core", Refill::helper},
    Driver{"pcnet32", Refill::helper},
    Driver{"8139too", Refill::copies},
    Driver{"hv_netvsc", Refill::copies},
    Driver{"r8169", Refill::copies},
    // page fragments
    Driver{"bnx2x", Refill::ungranted},
    Driver{"e1000", Refill::ungranted},
    Driver{"tg3", Refill::ungranted},
    // pages of their own, or page_pool
    Driver{"bnxt_en", Refill::ungranted},
    Driver{"gve", Refill::ungranted},
    Driver{"gvnic", Refill::ungranted},
    Driver{"iavf", Refill::ungranted},
    Driver{"mlx5_core", Refill::ungranted},
    Driver{"vif", Refill::ungranted}, // xen-netfront
    Driver{"vmxnet3", Refill::ungranted},
};

} // namespace

Refill refill_of(const std::string &driver) {
    for (const auto &known : drivers)
        if (known.name == driver)
            return known.refill;
    return Refill::unknown;
}

} // namespace netswap::live::doctor
