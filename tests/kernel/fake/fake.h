/* SPDX-License-Identifier: MIT */
/*
 * Enough of the kernel to compile the module as a program: every kernel header that it includes is
 * this one (run makes them). Each call that can fail in the kernel calls fake_fails() first, and
 * each resource that can leak is counted; test-module.c makes calls fail one after the other and
 * checks the counts. fake.c has what is longer than a line.
 */
#ifndef FAKE_H
#define FAKE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what the test reads and sets --- */

struct fake_counts {
	long memory;    /* allocations that were not freed */
	long grants;    /* mappings of grants */
	long granted;   /* grant references that this domain has given out */
	long pages;     /* allocated to map grants in */
	long events;    /* references to eventfds */
	long dmabufs;   /* references to dma-bufs, attachments and their mappings */
	long numbers;   /* descriptors that are reserved, without a file yet */
	long addresses; /* vmaps */
	long notifiers;
	long modules; /* references to the module */
	long dma;     /* scatter lists that are mapped for a device */
};

extern struct fake_counts fake_counts;
/* Calls that can fail are counted. Number of the one that does fail; 0: none. */
extern long fake_fail_at, fake_calls;
extern bool fake_translated;
/* This domain. */
extern unsigned int fake_own_domid;
/* DMA goes to a bounce buffer. */
extern bool fake_bounces;
/* The other domain keeps what was granted to it mapped. */
extern bool fake_in_use;
/* How often an eventfd was signalled. */
extern long fake_told;

bool
fake_fails(void);

extern int (*fake_module_init)(void);
extern void (*fake_module_exit)(void);
extern unsigned long *fake_param_pages, *fake_param_max_pages, *fake_param_max_pages_per_open;
extern struct miscdevice *fake_device;
/* The dma-buf of a descriptor. */
struct dma_buf *
fake_dmabuf(int fd);
void
fake_close(int fd);
/* Creates a dma-buf of this domain's memory; returns its descriptor. */
int
fake_own_dmabuf(unsigned int pages);
/* Runs one of the queued works, of which there must be one. */
void
fake_run_work(void);
bool
fake_has_work(void);

/* --- the kernel --- */

typedef uint8_t u8;
typedef uint16_t u16, __u16;
typedef uint32_t u32, __u32;
typedef int32_t s32, __s32;
typedef uint64_t u64, __u64;
typedef unsigned long dma_addr_t, phys_addr_t, pgprot_t;
typedef uint32_t vm_fault_t, gfp_t;
typedef uint16_t domid_t;
typedef uint32_t grant_ref_t, grant_handle_t;
typedef struct {
	unsigned long value;
} pte_t;

#define __user
#define __init
#define __exit
#define _LINUX_IOCTL_H
#define _IOC(direction, type, number, size)                                                        \
	((unsigned)((direction) << 30 | (size) << 16 | (type) << 8 | (number)))
#define _IOC_NONE 0
#define _IOW(type, number, structure) _IOC(1, type, number, sizeof(structure))
#define KERNEL_VERSION(a, b, c) ((a) << 16 | (b) << 8 | (c))
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 12, 0)
#define KBUILD_MODNAME "xen_dmabuf"
#define CONFIG_XEN_PV 1
#define IS_ENABLED(option) 1
#define THIS_MODULE ((void *)1)
#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_IMPORT_NS(name)
#define MODULE_PARM_DESC(name, text)
#define module_param(name, type, mode) unsigned long *fake_param_##name = &name
#define module_init(function) int (*fake_module_init)(void) = function
#define module_exit(function) void (*fake_module_exit)(void) = function
#define pr_err(...) ((void)0)
#define dev_warn_ratelimited(...) ((void)0)

#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min_t(type, a, b) min((type)(a), (type)(b))
#define READ_ONCE(x) (x)
#define IS_ALIGNED(x, size) (((x) & ((size)-1)) == 0)
#define WARN_ON(condition)                                                                         \
	((condition) ? (fprintf(stderr, "WARN_ON %s\n", #condition), abort(), 1) : 0)
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define cond_resched() ((void)0)
#define current 0
#define fatal_signal_pending(task) fake_fails()

static inline void *
ERR_PTR(long error)
{
	return (void *)error;
}
static inline long
PTR_ERR(const void *pointer)
{
	return (long)pointer;
}
static inline bool
IS_ERR(const void *pointer)
{
	return (unsigned long)pointer >= (unsigned long)-4095;
}
static inline bool
IS_ERR_OR_NULL(const void *pointer)
{
	return !pointer || IS_ERR(pointer);
}
static inline int
PTR_ERR_OR_ZERO(const void *pointer)
{
	return IS_ERR(pointer) ? (int)PTR_ERR(pointer) : 0;
}

#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define __GFP_ZERO 0
void *
fake_alloc(size_t size);
void
fake_free(const void *memory);
#define kzalloc(size, flags) fake_alloc(size)
#define kvzalloc(size, flags) fake_alloc(size)
#define kcalloc(n, size, flags) fake_alloc((size_t)(n) * (size))
#define kvcalloc(n, size, flags) fake_alloc((size_t)(n) * (size))
#define kfree fake_free
#define kvfree fake_free

struct list_head {
	struct list_head *next, *prev;
};
static inline void
INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}
static inline void
list_add(struct list_head *one, struct list_head *head)
{
	one->next = head->next;
	one->prev = head;
	head->next->prev = one;
	head->next = one;
}
static inline void
list_del(struct list_head *one)
{
	one->next->prev = one->prev;
	one->prev->next = one->next;
	one->next = one->prev = NULL;
}
static inline void
list_del_init(struct list_head *one)
{
	list_del(one);
	INIT_LIST_HEAD(one);
}
#define list_for_each_entry(at, head, member)                                                      \
	for (at = container_of((head)->next, typeof(*at), member); &at->member != (head);          \
	     at = container_of(at->member.next, typeof(*at), member))

struct kref {
	int count;
};
static inline void
kref_init(struct kref *kref)
{
	kref->count = 1;
}
static inline void
kref_get(struct kref *kref)
{
	kref->count++;
}
static inline void
kref_put(struct kref *kref, void (*release)(struct kref *))
{
	if (--kref->count == 0)
		release(kref);
}

/* There is one thread: taking a lock that is held, or releasing one that is not, is an error. */
struct mutex {
	int held;
};
typedef struct mutex spinlock_t;
#define DEFINE_SPINLOCK(name) spinlock_t name
#define mutex_init(lock) ((lock)->held = 0)
#define mutex_lock(lock) ((lock)->held++ ? abort() : (void)0)
#define mutex_trylock(lock) ((lock)->held++ ? (abort(), 0) : 1)
#define mutex_unlock(lock) (--(lock)->held ? abort() : (void)0)
#define spin_lock mutex_lock
#define spin_unlock mutex_unlock

struct completion {
	bool done;
};
#define init_completion(completion) ((completion)->done = false)
#define complete_all(completion) ((completion)->done = true)
#define wait_for_completion_interruptible_timeout(completion, time)                                \
	(fake_fails() ? -512 : (completion)->done ? (time) + 1 : 0)
#define msecs_to_jiffies(ms) ((long)(ms))
#define HZ 100

#define u64_to_user_ptr(address) ((void *)(uintptr_t)(address))
unsigned long
copy_from_user(void *to, const void *from, size_t size);
unsigned long
copy_to_user(void *to, const void *from, size_t size);
#define put_user(value, where)                                                                     \
	({                                                                                         \
		typeof(*(where)) put = (typeof(put))(value);                                       \
		copy_to_user(where, &put, sizeof(put)) ? -EFAULT : 0;                              \
	})

struct inode;
struct file {
	void *private_data;
};
struct file_operations {
	void *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int command, unsigned long argument);
	long (*compat_ioctl)(struct file *file, unsigned int command, unsigned long argument);
};
#define compat_ptr_ioctl NULL
struct miscdevice {
	int minor;
	const char *name;
	int mode;
	const struct file_operations *fops;
};
#define MISC_DYNAMIC_MINOR 255
int
misc_register(struct miscdevice *device);
#define misc_deregister(device) ((void)0)
#define __module_get(module) ((void)fake_counts.modules++)
#define module_put(module) ((void)fake_counts.modules--)

struct eventfd_ctx;
struct eventfd_ctx *
eventfd_ctx_fdget(int fd);
void
eventfd_ctx_put(struct eventfd_ctx *context);
#define eventfd_signal(context) ((void)fake_told++)

int
get_unused_fd_flags(int flags);
void
put_unused_fd(int fd);
void
fd_install(int fd, struct file *file);

/* memory */
#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define XEN_PAGE_SIZE 4096ul
#define PHYS_PFN(address) ((address) >> PAGE_SHIFT)
#define totalram_pages() (1024ul * 1024)
struct page {
	unsigned long pfn;
	bool mapped;
};
struct page *
fake_page(unsigned long pfn);
#define is_zone_device_page(page) ((page)->mapped)
#define page_to_pfn(page) ((page)->pfn)
#define page_to_phys(page) ((page)->pfn << PAGE_SHIFT)
#define page_address(page) ((void *)page_to_phys(page))
#define pfn_valid(pfn) ((pfn) != 0)
#define pfn_to_gfn(pfn) (pfn)
#define alloc_page(flags) ((struct page *)fake_alloc(sizeof(struct page)))
#define __free_page(page) fake_free(page)

#define VM_READ 1ul
#define VM_WRITE 2ul
#define VM_EXEC 4ul
#define VM_MAYWRITE 0x20ul
#define VM_MAYSHARE 0x80ul
#define VM_PFNMAP 0x400ul
#define VM_IO 0x4000ul
#define VM_DONTCOPY 0x20000ul
#define VM_DONTEXPAND 0x40000ul
#define VM_DONTDUMP 0x4000000ul
#define VM_FAULT_NOPAGE 0x100u
struct mm_struct;
struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_pgoff, vm_flags;
	struct mm_struct *vm_mm;
	void *vm_private_data;
	const struct vm_operations_struct *vm_ops;
};
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*mprotect)(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned long flags);
	int (*mremap)(struct vm_area_struct *vma);
};
#define vma_pages(vma) (((vma)->vm_end - (vma)->vm_start) >> PAGE_SHIFT)
#define vm_flags_mod(vma, set, clear)                                                              \
	((void)((vma)->vm_flags = ((vma)->vm_flags | (set)) & ~(clear)))
#define vmf_insert_pfn(vma, address, pfn)                                                          \
	((void)(address), (void)(pfn), fake_fails() ? 1u : VM_FAULT_NOPAGE)
#define vm_fault_to_errno(fault, flags) (-ENOMEM)
#define VM_MAP 0
#define PAGE_KERNEL 0ul
#define PAGE_KERNEL_RO 1ul
void *
vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t protection);
void
vunmap(const void *address);
struct iosys_map {
	void *vaddr;
};
#define iosys_map_set_vaddr(map, address) ((void)((map)->vaddr = (address)))
#define PG_LEVEL_4K 1u
pte_t *
lookup_address(unsigned long address, unsigned int *level);
#define set_pte(pte, value_) ((void)(*(pte) = (value_)))
#define __pte(value_) ((pte_t){value_})
struct xmaddr {
	u64 maddr;
};
#define arbitrary_virt_to_machine(pointer) ((struct xmaddr){(u64)(uintptr_t)(pointer)})
int
apply_to_page_range(struct mm_struct *mm, unsigned long address, unsigned long size,
		    int (*function)(pte_t *pte, unsigned long address, void *data), void *data);
struct mmu_notifier_range {
	unsigned long start, end;
	enum { MMU_NOTIFY_UNMAP, MMU_NOTIFY_SOFT_DIRTY } event;
};
#define mmu_notifier_range_blockable(range) true
struct mmu_interval_notifier {
	const struct mmu_interval_notifier_ops *ops;
};
struct mmu_interval_notifier_ops {
	bool (*invalidate)(struct mmu_interval_notifier *notifier,
			   const struct mmu_notifier_range *range, unsigned long seq);
};
#define mmu_interval_set_seq(notifier, seq) ((void)(seq))
#define mmu_interval_read_begin(notifier) ((void)(notifier))
int
mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *notifier, struct mm_struct *mm,
				    unsigned long start, unsigned long length,
				    const struct mmu_interval_notifier_ops *ops);
void
mmu_interval_notifier_remove(struct mmu_interval_notifier *notifier);

/* DMA */
enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
};
#define DMA_ATTR_SKIP_CPU_SYNC 1
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(bits) (~0ull)
struct device {
	const struct dma_map_ops *dma_ops;
	bool has_iommu;
};
#define device_iommu_mapped(device) ((device)->has_iommu)
#define phys_to_dma(device, address) (address)
#define set_dma_ops(device, ops) ((void)((device)->dma_ops = (ops)))
#define dma_coerce_mask_and_coherent(device, mask) ((void)(device), fake_fails() ? -EIO : 0)
struct scatterlist {
	struct page *page;
	unsigned int length;
	dma_addr_t dma_address;
	unsigned int dma_length;
};
struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents, orig_nents;
};
#define sg_page(sg) ((sg)->page)
#define sg_phys(sg) page_to_phys((sg)->page)
#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg) ((sg)->dma_length)
#define for_each_sg(list, sg, n, i) for ((i) = 0, (sg) = (list); (i) < (n); (i)++, (sg)++)
#define for_each_sgtable_dma_sg(table, sg, i)                                                      \
	for ((i) = 0, (sg) = (table)->sgl; (i) < (table)->nents; (i)++, (sg)++)
struct dma_map_ops {
	int (*map_sg)(struct device *device, struct scatterlist *list, int nents,
		      enum dma_data_direction direction, unsigned long attributes);
	void (*unmap_sg)(struct device *device, struct scatterlist *list, int nents,
			 enum dma_data_direction direction, unsigned long attributes);
	dma_addr_t (*map_page)(struct device *device, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction direction,
			       unsigned long attributes);
};
int
sg_alloc_table_from_pages_segment(struct sg_table *table, struct page **pages, unsigned int count,
				  unsigned int offset, unsigned long size, unsigned int segment,
				  gfp_t flags);
void
sg_free_table(struct sg_table *table);
int
dma_map_sgtable(struct device *device, struct sg_table *table, enum dma_data_direction direction,
		unsigned long attributes);
void
dma_unmap_sgtable(struct device *device, struct sg_table *table, enum dma_data_direction direction,
		  unsigned long attributes);
#define dma_sync_sgtable_for_cpu(device, table, direction) ((void)0)
#define dma_sync_sgtable_for_device(device, table, direction) ((void)0)

struct dma_buf {
	const struct dma_buf_ops *ops;
	void *priv;
	size_t size;
	struct file *file;
	int references;
};
struct dma_buf_attachment {
	struct dma_buf *dmabuf;
	struct device *dev;
	void *priv;
};
struct dma_buf_ops {
	int (*attach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attach);
	void (*detach)(struct dma_buf *dmabuf, struct dma_buf_attachment *attach);
	struct sg_table *(*map_dma_buf)(struct dma_buf_attachment *attach,
					enum dma_data_direction direction);
	void (*unmap_dma_buf)(struct dma_buf_attachment *attach, struct sg_table *table,
			      enum dma_data_direction direction);
	int (*begin_cpu_access)(struct dma_buf *dmabuf, enum dma_data_direction direction);
	int (*end_cpu_access)(struct dma_buf *dmabuf, enum dma_data_direction direction);
	int (*mmap)(struct dma_buf *dmabuf, struct vm_area_struct *vma);
	int (*vmap)(struct dma_buf *dmabuf, struct iosys_map *map);
	void (*vunmap)(struct dma_buf *dmabuf, struct iosys_map *map);
	void (*release)(struct dma_buf *dmabuf);
};
struct dma_buf_export_info {
	const struct dma_buf_ops *ops;
	size_t size;
	int flags;
	void *priv;
};
#define DEFINE_DMA_BUF_EXPORT_INFO(name) struct dma_buf_export_info name = {.ops = NULL}
struct dma_buf *
dma_buf_export(const struct dma_buf_export_info *info);
struct dma_buf *
dma_buf_get(int fd);
void
dma_buf_put(struct dma_buf *dmabuf);
struct dma_buf_attachment *
dma_buf_attach(struct dma_buf *dmabuf, struct device *device);
void
dma_buf_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach);
struct sg_table *
dma_buf_map_attachment_unlocked(struct dma_buf_attachment *attach,
				enum dma_data_direction direction);
void
dma_buf_unmap_attachment_unlocked(struct dma_buf_attachment *attach, struct sg_table *table,
				  enum dma_data_direction direction);

struct platform_device {
	struct device dev;
};
#define PLATFORM_DEVID_NONE (-1)
struct platform_device *
platform_device_register_simple(const char *name, int id, const void *resources,
				unsigned int count);
void
platform_device_unregister(struct platform_device *device);
struct work_struct {
	void (*function)(struct work_struct *work);
	struct list_head link;
};
struct delayed_work {
	struct work_struct work;
};
#define to_delayed_work(pointer) container_of(pointer, struct delayed_work, work)
#define INIT_DELAYED_WORK(delayed, handler) ((void)((delayed)->work.function = (handler)))
struct workqueue_struct;
#define WQ_UNBOUND 0
struct workqueue_struct *
alloc_workqueue(const char *name, unsigned int flags, int active);
void
destroy_workqueue(struct workqueue_struct *queue);
void
queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work, unsigned long delay);

/* Xen */
#define DOMID_SELF 0x7ff0u
#define DOMID_FIRST_RESERVED 0x7ff0u
#define xen_domain() true
#define xen_initial_domain() (fake_own_domid == 0)
#define XENFEAT_auto_translated_physmap 2
#define XENFEAT_gnttab_map_avail_bits 7
#define xen_feature(feature) ((feature) == XENFEAT_auto_translated_physmap ? fake_translated : true)
#define GNTST_okay 0
#define GNTST_general_error (-1)
#define GNTST_bad_gntref (-3)
#define GNTST_no_device_space (-7)
#define GNTMAP_host_map 2u
#define GNTMAP_readonly 4u
#define GNTMAP_application_map 8u
#define GNTMAP_contains_pte 16u
#define _GNTMAP_guest_avail0 16
struct gnttab_map_grant_ref {
	u64 host_addr;
	u32 flags;
	grant_ref_t ref;
	domid_t dom;
	int16_t status;
	grant_handle_t handle;
	u64 dev_bus_addr;
};
struct gnttab_unmap_grant_ref {
	u64 host_addr;
	u64 dev_bus_addr;
	grant_handle_t handle;
	int16_t status;
};
struct gntab_unmap_queue_data {
	struct gnttab_unmap_grant_ref *unmap_ops, *kunmap_ops;
	struct page **pages;
	unsigned int count;
};
void
gnttab_set_map_op(struct gnttab_map_grant_ref *op, phys_addr_t address, u32 flags, grant_ref_t ref,
		  domid_t domid);
void
gnttab_set_unmap_op(struct gnttab_unmap_grant_ref *op, phys_addr_t address, u32 flags,
		    grant_handle_t handle);
int
gnttab_alloc_pages(int count, struct page **pages);
void
gnttab_free_pages(int count, struct page **pages);
int
gnttab_map_refs(struct gnttab_map_grant_ref *ops, void *none, struct page **pages,
		unsigned int count);
int
gnttab_unmap_refs_sync(struct gntab_unmap_queue_data *queue);
void
gnttab_batch_map(struct gnttab_map_grant_ref *ops, unsigned int count);
int
gnttab_grant_foreign_access(domid_t domid, unsigned long frame, int readonly);
int
gnttab_try_end_foreign_access(grant_ref_t ref);
struct gnttab_query_size {
	domid_t dom;
	int16_t status;
};
#define GNTTABOP_unmap_grant_ref 1
#define GNTTABOP_query_size 6
int
HYPERVISOR_grant_table_op(unsigned int command, void *ops, unsigned int count);
struct mmuext_op {
	unsigned int cmd;
};
#define MMUEXT_TLB_FLUSH_ALL 1
#define HYPERVISOR_mmuext_op(op, count, success, domid) ((void)(op), fake_fails() ? -EINVAL : 0)

#include "fake-gntdev.h"

#endif
