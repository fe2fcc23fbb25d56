// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings for processes and for the kernel in a PV domain. Xen does not allow
 * ordinary page table entries for another domain's pages: for each such mapping
 * Xen maps the grants once more, into its entries, and they must be unmapped as
 * grants before anything else changes the entries. export.c calls this for
 * domains that are not translated.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pgtable.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>

#include "internal.h"

#define BATCH_ENTRIES	128

/**
 * struct entries - page table entries with a buffer's grants in them
 * @buffer:	the buffer
 * @first:	index of the first page in the buffer
 * @count:	number of entries
 * @flags:	of the mappings
 * @ptes:	machine addresses of the entries
 * @handles:	of the mappings
 * @unmap:	preallocated for unmapping, which reclaim may request
 */
struct entries {
	struct xdb_buffer *buffer;
	unsigned long first;
	unsigned long count;
	u32 flags;
	u64 *ptes;
	grant_handle_t *handles;
	struct gnttab_unmap_grant_ref unmap[BATCH_ENTRIES];
};

static void entries_finish(struct entries *entries)
{
	kvfree(entries->ptes);
	kvfree(entries->handles);
	xdb_uncharge(entries->buffer->opener, entries->count);
}

static int entries_init(struct entries *entries, struct xdb_buffer *buffer, unsigned long first,
			unsigned long count, u32 flags)
{
	unsigned long i;
	int ret;

	ret = xdb_charge(buffer->opener, count);
	if (ret)
		return ret;
	entries->buffer = buffer;
	entries->first = first;
	entries->count = count;
	entries->flags = flags | GNTMAP_contains_pte;
	entries->ptes = kvcalloc(count, sizeof(*entries->ptes), GFP_KERNEL_ACCOUNT);
	entries->handles = kvcalloc(count, sizeof(*entries->handles), GFP_KERNEL_ACCOUNT);
	if (!entries->ptes || !entries->handles) {
		entries_finish(entries);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		entries->handles[i] = XDB_NO_HANDLE;
	return 0;
}

static int entries_map_batch(struct entries *entries, struct gnttab_map_grant_ref *ops,
			     unsigned long at, unsigned int n)
{
	struct xdb_buffer *buffer = entries->buffer;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < n; i++) {
		gnttab_set_map_op(&ops[i], entries->ptes[at + i], entries->flags,
				  buffer->refs[entries->first + at + i], buffer->domid);
		ops[i].status = GNTST_general_error;
	}
	gnttab_batch_map(ops, n);
	for (i = 0; i < n; i++) {
		if (ops[i].status == GNTST_okay)
			entries->handles[at + i] = ops[i].handle;
		else
			ret = xdb_grant_error(ops[i].status);
	}
	return ret;
}

/* If it fails, entries mapped so far stay mapped. */
static int entries_map(struct entries *entries)
{
	struct gnttab_map_grant_ref *ops;
	unsigned long at;
	unsigned int n;
	int ret = 0;

	ops = kcalloc(BATCH_ENTRIES, sizeof(*ops), GFP_KERNEL);
	if (!ops)
		return -ENOMEM;
	for (at = 0; !ret && at < entries->count; at += n) {
		n = min_t(unsigned long, entries->count - at, BATCH_ENTRIES);
		ret = fatal_signal_pending(current) ? -EINTR :
						      entries_map_batch(entries, ops, at, n);
	}
	kfree(ops);
	return ret;
}

static void entries_unmap(struct entries *entries, unsigned long at, unsigned long end)
{
	struct gnttab_unmap_grant_ref *ops = entries->unmap;
	unsigned int i, n;

	while (at < end) {
		for (n = 0; at < end && n < BATCH_ENTRIES; at++) {
			if (entries->handles[at] == XDB_NO_HANDLE)
				continue;
			gnttab_set_unmap_op(&ops[n++], entries->ptes[at], entries->flags,
					    entries->handles[at]);
			entries->handles[at] = XDB_NO_HANDLE;
		}
		if (n && WARN_ON(HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, ops, n)))
			return;
		for (i = 0; i < n; i++)
			WARN_ON_ONCE(ops[i].status != GNTST_okay);
	}
}

/**
 * struct area - a mapping of a process
 * @kref:	one reference for each vma: unmapping a part splits the vma
 * @notifier:	called before its entries change
 * @lock:	guards the handles of its entries
 * @start:	the address at which it was mapped
 * @entries:	its page table entries
 */
struct area {
	struct kref kref;
	struct mmu_interval_notifier notifier;
	struct mutex lock; /* handles */
	unsigned long start;
	struct entries entries;
};

static bool area_invalidate(struct mmu_interval_notifier *notifier,
			    const struct mmu_notifier_range *range, unsigned long seq)
{
	struct area *area = container_of(notifier, struct area, notifier);
	unsigned long bytes = area->entries.count << PAGE_SHIFT;
	unsigned long start = max(range->start, area->start);
	unsigned long end = min(range->end, area->start + bytes);

	/* soft-dirty bits are being cleared: these entries have none, and stay mapped */
	if (range->event == MMU_NOTIFY_SOFT_DIRTY)
		return true;
	if (mmu_notifier_range_blockable(range))
		mutex_lock(&area->lock);
	else if (!mutex_trylock(&area->lock))
		return false;
	mmu_interval_set_seq(notifier, seq);
	if (start < end)
		entries_unmap(&area->entries, (start - area->start) >> PAGE_SHIFT,
			      (end - area->start + PAGE_SIZE - 1) >> PAGE_SHIFT);
	mutex_unlock(&area->lock);
	return true;
}

static const struct mmu_interval_notifier_ops area_notifier_ops = {
	.invalidate = area_invalidate,
};

static void area_release(struct kref *kref)
{
	struct area *area = container_of(kref, struct area, kref);

	mmu_interval_notifier_remove(&area->notifier);
	entries_unmap(&area->entries, 0, area->entries.count);
	entries_finish(&area->entries);
	kfree(area);
}

static void area_open(struct vm_area_struct *vma)
{
	struct area *area = vma->vm_private_data;

	kref_get(&area->kref);
}

static void area_close(struct vm_area_struct *vma)
{
	struct area *area = vma->vm_private_data;

	kref_put(&area->kref, area_release);
}

/* Other permissions would need other mappings of the grants. */
static int area_mprotect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			 unsigned long flags)
{
	return flags != vma->vm_flags ? -EACCES : 0;
}

/* The grants are mapped in the old entries, and cannot move to new ones. */
static int area_mremap(struct vm_area_struct *vma)
{
	return -EINVAL;
}

static const struct vm_operations_struct area_ops = {
	.open = area_open,
	.close = area_close,
	.mprotect = area_mprotect,
	.mremap = area_mremap,
};

static int find_entry(pte_t *pte, unsigned long address, void *data)
{
	struct area *area = data;
	unsigned long i = (address - area->start) >> PAGE_SHIFT;

	area->entries.ptes[i] = arbitrary_virt_to_machine(pte).maddr;
	return 0;
}

static int area_map(struct area *area, struct vm_area_struct *vma)
{
	unsigned long bytes = area->entries.count << PAGE_SHIFT;
	int ret;

	/* wait for an invalidation begun before the notifier; the next one waits for mmap_lock */
	mmu_interval_read_begin(&area->notifier);
	ret = apply_to_page_range(vma->vm_mm, area->start, bytes, find_entry, area);
	return ret ?: entries_map(&area->entries);
}

int xdb_pv_mmap(struct xdb_buffer *buffer, struct vm_area_struct *vma)
{
	u32 flags = GNTMAP_host_map | GNTMAP_application_map | 1u << _GNTMAP_guest_avail0;
	struct area *area;
	int ret;

	/* without it get_user_pages_fast() would treat the entries as ordinary ones */
	if (!xen_feature(XENFEAT_gnttab_map_avail_bits))
		return -EOPNOTSUPP;
	if (!(vma->vm_flags & VM_WRITE))
		flags |= GNTMAP_readonly;
	area = kzalloc(sizeof(*area), GFP_KERNEL_ACCOUNT);
	if (!area)
		return -ENOMEM;
	kref_init(&area->kref);
	mutex_init(&area->lock);
	area->start = vma->vm_start;
	ret = entries_init(&area->entries, buffer, vma->vm_pgoff, vma_pages(vma), flags);
	if (ret)
		goto free;
	ret = mmu_interval_notifier_insert_locked(&area->notifier, vma->vm_mm, area->start,
						  area->entries.count << PAGE_SHIFT,
						  &area_notifier_ops);
	if (ret)
		goto finish;
	ret = area_map(area, vma);
	if (ret) {
		area_release(&area->kref);
		return ret;
	}
	vma->vm_private_data = area;
	vma->vm_ops = &area_ops;
	return 0;

finish:
	entries_finish(&area->entries);
free:
	kfree(area);
	return ret;
}

/**
 * struct xdb_vmap - contiguous kernel mapping of all pages
 * @dummy:	the page that the kernel believes to be mapped throughout
 * @entries:	its page table entries
 */
struct xdb_vmap {
	struct page *dummy;
	struct entries entries;
};

/* Reserves a range of kernel addresses with existing page table entries. */
static void *reserve_addresses(struct page *dummy, unsigned int count)
{
	struct page **dummies = kvcalloc(count, sizeof(*dummies), GFP_KERNEL);
	unsigned int i;
	void *vaddr;

	if (!dummies)
		return NULL;
	for (i = 0; i < count; i++)
		dummies[i] = dummy;
	vaddr = vmap(dummies, count, VM_MAP, PAGE_KERNEL);
	kvfree(dummies);
	return vaddr;
}

/* Clears the entries and records their addresses: Xen maps grants only into empty entries. */
static int empty_entries(struct xdb_buffer *buffer, struct entries *entries)
{
	unsigned long address = (unsigned long)buffer->vaddr;
	struct mmuext_op flush = { .cmd = MMUEXT_TLB_FLUSH_ALL };
	unsigned int i, level;
	pte_t *pte;

	for (i = 0; i < buffer->count; i++, address += PAGE_SIZE) {
		pte = lookup_address(address, &level);
		if (!pte || level != PG_LEVEL_4K)
			return -EFAULT;
		entries->ptes[i] = arbitrary_virt_to_machine(pte).maddr;
		set_pte(pte, __pte(0));
	}
	return HYPERVISOR_mmuext_op(&flush, 1, NULL, DOMID_SELF) < 0 ? -EFAULT : 0;
}

static void vmap_free(struct xdb_vmap *map)
{
	if (map->dummy)
		__free_page(map->dummy);
	kfree(map);
}

static int vmap_fill(struct xdb_vmap *map, struct xdb_buffer *buffer)
{
	int ret;

	buffer->vaddr = reserve_addresses(map->dummy, buffer->count);
	if (!buffer->vaddr)
		return -ENOMEM;
	ret = empty_entries(buffer, &map->entries);
	if (!ret)
		ret = entries_map(&map->entries);
	if (ret) {
		entries_unmap(&map->entries, 0, buffer->count);
		vunmap(buffer->vaddr);
		buffer->vaddr = NULL;
	}
	return ret;
}

int xdb_pv_vmap(struct xdb_buffer *buffer)
{
	struct xdb_vmap *map = kzalloc(sizeof(*map), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!map)
		return -ENOMEM;
	map->dummy = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!map->dummy)
		goto free;
	ret = entries_init(&map->entries, buffer, 0, buffer->count, xdb_host_flags(buffer));
	if (ret)
		goto free;
	ret = vmap_fill(map, buffer);
	if (ret)
		goto finish;
	buffer->vmap = map;
	return 0;

finish:
	entries_finish(&map->entries);
free:
	vmap_free(map);
	return ret;
}

void xdb_pv_vunmap(struct xdb_buffer *buffer)
{
	struct xdb_vmap *map = buffer->vmap;

	entries_unmap(&map->entries, 0, buffer->count);
	vunmap(buffer->vaddr);
	entries_finish(&map->entries);
	vmap_free(map);
	buffer->vmap = NULL;
}
