// SPDX-License-Identifier: GPL-2.0
/*
 * Does a function of the running kernel take the parameters that it was
 * verified with? The kernel's own type information (BTF) tells. A module's
 * part of it continues vmlinux's: type numbers and string offsets go on where
 * those of vmlinux end.
 */
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "btf_check.h"

#define BTF_DIR "/sys/kernel/btf/"
#define SIZE_LIMIT (64 << 20)

struct blob {
	void *data;
	const void *types;
	const void *types_end;
	const char *strings;
	u32 strings_len;
};

static void blob_free(struct blob *blob)
{
	vfree(blob->data);
	blob->data = NULL;
}

static int blob_check(struct blob *blob, size_t size)
{
	const struct btf_header *head = blob->data;
	u64 begin, end;

	if (size < sizeof(*head) || head->magic != BTF_MAGIC ||
	    head->version != BTF_VERSION)
		return -EINVAL;
	begin = head->hdr_len;
	end = max_t(u64, (u64)head->type_off + head->type_len,
		    (u64)head->str_off + head->str_len);
	if (begin < sizeof(*head) || begin + end > size)
		return -EINVAL;

	blob->types = blob->data + begin + head->type_off;
	blob->types_end = blob->types + head->type_len;
	blob->strings = blob->data + begin + head->str_off;
	blob->strings_len = head->str_len;
	if (!blob->strings_len || blob->strings[blob->strings_len - 1])
		return -EINVAL;
	return 0;
}

static int blob_fill(struct blob *blob, struct file *file, size_t size)
{
	loff_t at = 0;
	ssize_t got;

	blob->data = vmalloc(size);
	if (!blob->data)
		return -ENOMEM;
	while (at < size) {
		got = kernel_read(file, blob->data + at, size - at, &at);
		if (got <= 0)
			return got ?: -EIO;
	}
	return 0;
}

static int blob_read(struct blob *blob, const char *name)
{
	struct file *file;
	char path[64];
	loff_t size;
	int err;

	if (snprintf(path, sizeof(path), BTF_DIR "%s", name) >= sizeof(path))
		return -ENAMETOOLONG;
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);

	err = -EFBIG;
	size = i_size_read(file_inode(file));
	if (size <= SIZE_LIMIT)
		err = blob_fill(blob, file, size);
	fput(file);
	if (!err)
		err = blob_check(blob, size);
	if (err)
		blob_free(blob);
	return err;
}

/* What follows a type's common part, in bytes; negative for an unknown kind. */
static ssize_t tail_size(const struct btf_type *type)
{
	unsigned int n = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return -EINVAL;
	}
}

/* The type after @type, the first one for NULL; NULL at the end or at nonsense. */
static const struct btf_type *next_type(const struct blob *blob,
					const struct btf_type *type)
{
	const void *at = blob->types;
	ssize_t size;

	if (type)
		at = (const void *)(type + 1) + tail_size(type);
	if (at + sizeof(*type) > blob->types_end)
		return NULL;
	type = at;
	size = tail_size(type);
	if (size < 0 || at + sizeof(*type) + size > blob->types_end)
		return NULL;
	return type;
}

static u32 count_types(const struct blob *blob)
{
	const struct btf_type *type = NULL;
	u32 n = 0;

	while ((type = next_type(blob, type)))
		n++;
	return n;
}

static const struct btf_type *nth_type(const struct blob *blob, u32 n)
{
	const struct btf_type *type = NULL;

	do {
		type = next_type(blob, type);
	} while (type && n--);
	return type;
}

static const char *string_at(const struct blob *base, const struct blob *own,
			     u32 offset)
{
	if (offset < base->strings_len)
		return base->strings + offset;
	offset -= base->strings_len;
	return offset < own->strings_len ? own->strings + offset : "?";
}

static const struct btf_type *find_function(const struct blob *base,
					    const struct blob *own,
					    const char *name)
{
	const struct btf_type *type = NULL;

	while ((type = next_type(own, type)))
		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(string_at(base, own, type->name_off), name))
			return type;
	return NULL;
}

static int compare(const struct blob *base, const struct blob *own,
		   const char *function, const char * const *params,
		   unsigned int nr_params)
{
	u32 base_types = count_types(base);
	const struct btf_type *type;
	const struct btf_param *has;
	unsigned int i, n;

	type = find_function(base, own, function);
	if (!type)
		return -ENOENT;
	/* Number 0 is void and stands nowhere. A module's own come after vmlinux's. */
	type = type->type > base_types ?
	       nth_type(own, type->type - base_types - 1) :
	       nth_type(base, type->type - 1);
	if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_FUNC_PROTO)
		return -EINVAL;

	n = BTF_INFO_VLEN(type->info);
	has = (const struct btf_param *)(type + 1);
	if (n != nr_params)
		return -EPROTO;
	for (i = 0; i < n; i++)
		if (strcmp(string_at(base, own, has[i].name_off), params[i]))
			return -EPROTO;
	return 0;
}

/**
 * btf_check_params - compare a function's parameters with what is expected
 * @module: the module that has the function
 * @function: its name
 * @params: the names of its parameters, in order
 * @nr_params: how many
 *
 * Reads all of the kernel's type information, some 5 MB, for the time of the
 * call. Process context, sleeps.
 *
 * Return: 0 when they are the same; -EPROTO when they are others; -ENOENT when
 * there is no such function or no type information; another error when that
 * cannot be read.
 */
int btf_check_params(const char *module, const char *function,
		     const char * const *params, unsigned int nr_params)
{
	struct blob base = {}, own = {};
	int err;

	err = blob_read(&base, "vmlinux");
	if (err)
		return err;
	err = blob_read(&own, module);
	if (!err) {
		err = compare(&base, &own, function, params, nr_params);
		blob_free(&own);
	}
	blob_free(&base);
	return err;
}
