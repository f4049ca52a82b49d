#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Generate C from the netlink spec kmod/uapi/netswap.yaml.

    gen-netlink.py --mode uapi|header|source|stock|tests [--spec FILE]    print to stdout
    gen-netlink.py --check [--spec FILE]                      compare with the committed files

uapi    constants for user space and kernel      -> kmod/uapi/netswap.h
header  what the handlers must provide           -> kmod/genl.h
source  policies, operation table, family        -> kmod/genl.c
stock   the same for netswap_mark.ko             -> kmod/stock/genl.c
tests   commands and attributes as tables        -> tests/guest/netlink_spec.h

The last one is for kernels without hooks: it lacks the operations about
mechanisms. Operation tables are of the older kind, which Linux 6.1 knows, too.
"""
import argparse
import pathlib
import sys

import yaml

BANNER = "generated from {spec} by scripts/gen-netlink.py, do not edit"
NLA = {"u16": "NLA_U16", "u32": "NLA_U32", "u64": "NLA_U64", "s32": "NLA_S32",
       "string": "NLA_NUL_STRING", "pad": None}
HOOKED_ONLY = {"mechanism-get", "counter-get", "group-get", "group-set", "group-activate"}


def c_name(name):
    return name.replace("-", "_")


def macro(*parts):
    return "_".join(c_name(p) for p in parts).upper()


class Spec:
    def __init__(self, path):
        self.path = path
        self.raw = yaml.safe_load(path.read_text())
        self.name = self.raw["name"]
        self.sets = {s["name"]: s for s in self.raw["attribute-sets"]}
        self.ops = self.raw["operations"]["list"]
        self.enums = self.raw.get("definitions", [])
        self.groups = self.raw.get("mcast-groups", {}).get("list", [])
        for attr_set in self.sets.values():
            for attr in attr_set["attributes"]:
                if attr["type"] not in NLA:
                    sys.exit(f"{path}: attribute {attr['name']}: type {attr['type']} is not supported")
        for op in self.ops:
            if "do" in op and "dump" in op:
                sys.exit(f"{path}: operation {op['name']}: both do and dump is not supported")


def comment(text, indent=""):
    return f"{indent}/* {' '.join(text.split())} */\n" if text else ""


def gen_uapi(spec):
    n = spec.name
    out = "/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */\n"
    out += f"/* {BANNER.format(spec='netswap.yaml')} */\n"
    guard = macro("_UAPI", n, "H")
    out += f"#ifndef {guard}\n#define {guard}\n\n"
    out += f"#define {macro(n)}_FAMILY_NAME \"{n}\"\n#define {macro(n)}_FAMILY_VERSION 1\n"
    for enum in spec.enums:
        out += "\n" + comment(enum.get("doc")) + f"enum {c_name(n)}_{c_name(enum['name'])} {{\n"
        for entry in enum["entries"]:
            out += f"\t{macro(n, enum['name'], entry['name'])},\n"
        out += "};\n"
    for attr_set in spec.sets.values():
        prefix = macro(n, "A", attr_set["name"])
        out += "\nenum {\n"
        for i, attr in enumerate(attr_set["attributes"]):
            out += f"\t{macro(prefix, attr['name'])}{' = 1' if i == 0 else ''},\n"
        out += f"\n\t__{prefix}_MAX,\n\t{prefix}_MAX = (__{prefix}_MAX - 1)\n}};\n"
    out += "\nenum {\n"
    for i, op in enumerate(spec.ops):
        out += f"\t{macro(n, 'CMD', op['name'])}{' = 1' if i == 0 else ''},\n"
    out += f"\n\t__{macro(n)}_CMD_MAX,\n\t{macro(n)}_CMD_MAX = (__{macro(n)}_CMD_MAX - 1)\n}};\n\n"
    for group in spec.groups:
        out += f"#define {macro(n)}_MCGRP_{macro(group['name'])} \"{group['name']}\"\n"
    return out + f"\n#endif /* {guard} */\n"


def handlers(spec):
    for op in spec.ops:
        for kind, suffix in (("do", "doit"), ("dump", "dumpit")):
            if kind in op:
                yield op, kind, f"{spec.name}_nl_{c_name(op['name'])}_{suffix}"


def request_attrs(spec, op, kind):
    names = op[kind].get("request", {}).get("attributes", [])
    table = {a["name"]: a for a in spec.sets[op["attribute-set"]]["attributes"]}
    return [table[name] for name in names]


def gen_header(spec):
    out = "/* SPDX-License-Identifier: GPL-2.0 */\n"
    out += f"/* {BANNER.format(spec='uapi/netswap.yaml')} */\n"
    out += "#ifndef _NETSWAP_GENL_H\n#define _NETSWAP_GENL_H\n\n#include <net/genetlink.h>\n\n"
    out += "#include \"uapi/netswap.h\"\n\n"
    for _, kind, name in handlers(spec):
        args = ("struct sk_buff *skb, struct genl_info *info" if kind == "do"
                else "struct sk_buff *skb,\n\t\t\t\t       struct netlink_callback *cb")
        if kind == "do":
            out += f"int {name}({args});\n"
        else:
            head = f"int {name}("
            pad = "\t" * (len(head) // 8) + " " * (len(head) % 8)
            out += f"{head}struct sk_buff *skb,\n{pad}struct netlink_callback *cb);\n"
    out += "\nenum {\n"
    for group in spec.groups:
        out += f"\t{macro(spec.name, 'NLGRP', group['name'])},\n"
    out += f"}};\n\nextern struct genl_family {spec.name}_nl_family;\n\n#endif /* _NETSWAP_GENL_H */\n"
    return out


def gen_stock(spec):
    """The source for kernels without hooks."""
    unhooked = Spec(spec.path)
    unhooked.ops = [op for op in spec.ops if op["name"] not in HOOKED_ONLY]
    return gen_source(unhooked)


def gen_source(spec):
    n = spec.name
    out = "// SPDX-License-Identifier: GPL-2.0\n"
    out += f"/* {BANNER.format(spec='uapi/netswap.yaml')} */\n"
    out += "#include <linux/module.h>\n#include <net/genetlink.h>\n#include <net/netlink.h>\n\n#include \"genl.h\"\n"
    for op, kind, _ in handlers(spec):
        attrs = request_attrs(spec, op, kind)
        if not attrs:
            continue
        top = max(attrs, key=lambda a: [x["name"] for x in spec.sets[op["attribute-set"]]["attributes"]].index(a["name"]))
        prefix = macro(n, "A", op["attribute-set"])
        out += f"\nstatic const struct nla_policy {n}_{c_name(op['name'])}_nl_policy[{macro(prefix, top['name'])} + 1] = {{\n"
        for attr in attrs:
            out += f"\t[{macro(prefix, attr['name'])}] = {{ .type = {NLA[attr['type']]}, }},\n"
        out += "};\n"
    out += f"\nstatic const struct genl_ops {n}_nl_ops[] = {{\n"
    for op, kind, name in handlers(spec):
        attrs = request_attrs(spec, op, kind)
        out += f"\t{{\n\t\t.cmd\t\t= {macro(n, 'CMD', op['name'])},\n\t\t.{kind}it\t\t= {name},\n"
        if attrs:
            policy = f"{n}_{c_name(op['name'])}_nl_policy"
            out += f"\t\t.policy\t\t= {policy},\n\t\t.maxattr\t= ARRAY_SIZE({policy}) - 1,\n"
        if "admin-perm" in op.get("flags", []):
            out += "\t\t.flags\t\t= GENL_ADMIN_PERM,\n"
        out += "\t},\n"
    out += f"}};\n\nstatic const struct genl_multicast_group {n}_nl_mcgrps[] = {{\n"
    for group in spec.groups:
        out += f"\t[{macro(n, 'NLGRP', group['name'])}] = {{ \"{group['name']}\", }},\n"
    out += f"""}};

struct genl_family {n}_nl_family __ro_after_init = {{
\t.name\t\t= {macro(n)}_FAMILY_NAME,
\t.version\t= {macro(n)}_FAMILY_VERSION,
\t.parallel_ops\t= true,
\t.module\t\t= THIS_MODULE,
\t.ops\t\t= {n}_nl_ops,
\t.n_ops\t\t= ARRAY_SIZE({n}_nl_ops),
\t.mcgrps\t\t= {n}_nl_mcgrps,
\t.n_mcgrps\t= ARRAY_SIZE({n}_nl_mcgrps),
}};
"""
    return out


def gen_tests(spec):
    """Tables for the tests that make up messages."""
    n = spec.name
    out = "// SPDX-License-Identifier: GPL-2.0\n"
    out += f"// {BANNER.format(spec='kmod/uapi/netswap.yaml')}\n"
    out += "#pragma once\n\n#include <array>\n#include <string_view>\n\n#include \"kmod/uapi/netswap.h\"\n\n"
    out += "namespace netswap::guest {\n\n"
    types = sorted({attr["type"] for attr_set in spec.sets.values() for attr in attr_set["attributes"]})
    out += "enum class NetlinkType { " + ", ".join(types) + " };\n\n"
    out += "struct NetlinkAttribute {\n    std::string_view set;\n    int number;\n    NetlinkType type;\n};\n\n"
    out += "struct NetlinkCommand {\n    int number;\n    std::string_view set;\n    bool list;\n    bool privileged;\n};\n\n"
    rows = [(attr_set["name"], macro(n, "A", attr_set["name"], attr["name"]), attr["type"])
            for attr_set in spec.sets.values() for attr in attr_set["attributes"]]
    out += f"inline constexpr std::array<NetlinkAttribute, {len(rows)}> netlink_attributes{{{{\n"
    for set_name, number, kind in rows:
        out += f"    {{\"{set_name}\", {number}, NetlinkType::{kind}}},\n"
    ops = [op for op, _, _ in handlers(spec)]
    out += f"}}}};\n\ninline constexpr std::array<NetlinkCommand, {len(ops)}> netlink_commands{{{{\n"
    for op in ops:
        flags = ["true" if on else "false" for on in ("dump" in op, "admin-perm" in op.get("flags", []))]
        out += f"    {{{macro(n, 'CMD', op['name'])}, \"{op['attribute-set']}\", {', '.join(flags)}}},\n"
    return out + "}};\n\n} // namespace netswap::guest\n"


TARGETS = {"uapi": (gen_uapi, "kmod/uapi/netswap.h"), "header": (gen_header, "kmod/genl.h"),
           "source": (gen_source, "kmod/genl.c"), "stock": (gen_stock, "kmod/stock/genl.c"),
           "tests": (gen_tests, "tests/guest/netlink_spec.h")}


def main():
    parser = argparse.ArgumentParser(description="Generate C from the netlink spec.")
    parser.add_argument("--spec", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent.parent / "kmod/uapi/netswap.yaml")
    parser.add_argument("--mode", choices=[*TARGETS, "write"])
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    spec = Spec(args.spec)
    root = args.spec.resolve().parent.parent.parent
    if args.mode in TARGETS:
        sys.stdout.write(TARGETS[args.mode][0](spec))
        return 0
    stale = 0
    for generate, name in TARGETS.values():
        path, text = root / name, generate(spec)
        if args.mode == "write":
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path}: not what {args.spec} generates; run scripts/gen-netlink.py --mode write", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
