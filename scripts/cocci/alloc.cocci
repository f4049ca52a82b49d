// SPDX-License-Identifier: GPL-2.0
// Whatever allocates memory, with its arguments. Which of these lines is a fault is for
// scripts/check-contexts to say: only it knows what is reachable from swap-out.

@alloc@
identifier f =~ "^(kmem_cache_|k|kv|v|dev(m)?_k|mempool_|__)?(m|z|c|re|v)?alloc(_(array|node|array_node|noprof|bulk|lru|percpu(_gfp)?|user|32|huge))*$|^_*(alloc_(percpu|percpu_gfp|skb|skb_with_frags|skb_fclone|page|pages|pages_node|pages_exact|workqueue|ordered_workqueue|netdev|etherdev)|(netdev|napi|dev)_alloc_(skb|frag|page|pages)|get_free_pages?|get_zeroed_page|(k|kv)(memdup|asprintf|strdup|strndup|vasprintf)|(genl|nl)msg_new|nlmsg_new_large|skb_(clone|copy|copy_expand|realloc_headroom|unshare|share_check|expand_head|cow)|pskb_(copy|expand_head)|idr_alloc(_cyclic|_u32)?|xa_(alloc|store|insert|reserve)|radix_tree_preload|idr_preload|vmap|kvm_malloc|genlmsg_multicast(_allns|_netns)?|nlmsg_multicast|genl_notify)$";
expression list args;
position p;
@@
 f@p(args)

@script:python depends on alloc@
f << alloc.f;
args << alloc.args;
p << alloc.p;
@@
print("alloc\t%s\t%s\t%s\t%s\t%s" % (p[0].file, p[0].line, p[0].current_element, f, " ".join(str(args).split())))
