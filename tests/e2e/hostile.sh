#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Storms with a hostile network: what was asked for was there, was sent and is in the records.
# Survival is for campaigns; that every page is right is not.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
requires_kernel 6.12

# check JSON NAME...: facts of the hostile names in every run of JSON.
check()
{
	python3 - "$work/$1" "${@:2}" <<-'END' || fail "what the records say about ${*:2}"
		import json, sys
		wants = {"udp-flood": ("sockets", 1), "fragments": ("limit", 4194304),
		         "nfqueue": ("queues", 1), "memcg": ("workers", 16), "jumbo": ("mtu", 9000),
		         "tcp-unread": ("listening", 1), "loss1": ("segmentation", 0)}
		for run in json.load(open(sys.argv[1]))["runs"]:
		    sent = {h["kind"]: h for h in run["hostile"]}
		    for name in sys.argv[2:]:
		        fact, value = wants.get(name, (None, None))
		        there = run["state"]["hostile"][name]
		        assert fact is None or there[fact] == value, (name, there)
		        if name in ("memcg", "jumbo"):
		            continue
		        assert sent[name]["packets"] > (100 if name == "tcp-unread" else 1000), sent[name]
		        print(f"{run['arm']} {name}: {sent[name]['packets']} packets,"
		              f" {sent[name]['lost']} lost in {sent[name]['seconds']:.1f} s")
		        if name == "loss1":
		            assert sent[name]["lost"] > 0 and sent[name]["overtaken"] > 0, sent[name]
		        elif run["state_end"]:
		            end = run["state_end"]["hostile"][name]
		            met = sum(end.get(fact, 0) for fact in ("queued", "drops", "forwarded"))
		            assert met > 0, (name, end)
	END
}

storm flood.json --arms mainline,netswap --runs 1 --hostile udp-flood,fragments,nfqueue \
	--hang-after 60
verdicts flood.json mainline pass hang oom
verdicts flood.json netswap pass
check flood.json udp-flood fragments nfqueue

storm loss.json --arms netswap --runs 1 --hostile loss1,jumbo,memcg --hang-after 60
verdicts loss.json netswap pass
check loss.json loss1 jumbo memcg

storm many.json --arms netswap --runs 1 --min-free 300K --module-param netswap:check=1 \
	--hostile forward,packet-socket,connections --hang-after 60
verdicts many.json netswap pass
check many.json forward packet-socket
all_listed many.json

# Apart: who accepts keeps the last 48 connections, and the small ones would push the streams out.
storm unread.json --arms netswap --runs 1 --min-free 300K --module-param netswap:check=1 \
	--hostile tcp-unread --hang-after 60
verdicts unread.json netswap pass
check unread.json tcp-unread
all_listed unread.json

refused "two losses" "exclude each other" -- "$netswap" storm --hostile loss1,loss5
refused "unknown name" "unknown name 'flood'" "udp-flood" -- "$netswap" storm --hostile flood
