#ifndef GUARDIA_TRAMPOLINES_H
#define GUARDIA_TRAMPOLINES_H
/* Functions of a library under their own names, which open it when the first of them is called: what a program links against, where
   it may never come to need it (docs/decisions/0035-libraries-when-needed.md). Each is a jump through a slot; where the slot is
   empty, the arguments are kept, the library is opened, and all slots are filled. By names alone, so that there is nothing to
   get wrong in a hundred signatures; no function with floating-point arguments is among them.

   GUARDIA_TRAMPOLINES(prefix, EACH): the names are EACH(name) of a macro, in the order in which `prefix_names` has them. The file
   defines `void prefix_open(void)`, which fills `prefix_slots`. */

#if defined(__x86_64__)
#define GUARDIA_TRAMPOLINE(prefix, name)                                                                                      \
    ".globl " #name "\n.hidden " #name "\n.type " #name ", @function\n" #name ":\n"                                            \
    "movq .Lslot_" #name "(%rip), %r11\n"                                                                                     \
    "testq %r11, %r11\n"                                                                                                      \
    "je 1f\n"                                                                                                                 \
    "jmpq *%r11\n"                                                                                                            \
    "1: leaq .Lslot_" #name "(%rip), %r11\n"                                                                                  \
    "jmp " #prefix "_resolve\n"                                                                                               \
    ".size " #name ", . - " #name "\n"                                                                                        \
    ".pushsection .bss\n.Lslot_" #name ": .skip 8\n.popsection\n"
/* rax holds how many vector registers a variadic call uses. Nine words and the return address: the stack stays aligned. */
#define GUARDIA_RESOLVE(prefix)                                                                                               \
    #prefix "_resolve:\n"                                                                                                     \
    "pushq %rdi\npushq %rsi\npushq %rdx\npushq %rcx\npushq %r8\npushq %r9\npushq %rax\npushq %r11\nsubq $8, %rsp\n"            \
    "callq " #prefix "_open\n"                                                                                                \
    "addq $8, %rsp\npopq %r11\npopq %rax\npopq %r9\npopq %r8\npopq %rcx\npopq %rdx\npopq %rsi\npopq %rdi\n"                    \
    "jmpq *(%r11)\n"
#elif defined(__aarch64__)
#define GUARDIA_TRAMPOLINE(prefix, name)                                                                                      \
    ".globl " #name "\n.hidden " #name "\n.type " #name ", %function\n" #name ":\n"                                            \
    "adrp x16, .Lslot_" #name "\n"                                                                                            \
    "add x16, x16, :lo12:.Lslot_" #name "\n"                                                                                  \
    "ldr x17, [x16]\n"                                                                                                        \
    "cbz x17, " #prefix "_resolve\n"                                                                                          \
    "br x17\n"                                                                                                                \
    ".size " #name ", . - " #name "\n"                                                                                        \
    ".pushsection .bss\n.Lslot_" #name ": .skip 8\n.popsection\n"
#define GUARDIA_RESOLVE(prefix)                                                                                               \
    #prefix "_resolve:\n"                                                                                                     \
    "stp x29, x30, [sp, #-96]!\nmov x29, sp\n"                                                                               \
    "stp x0, x1, [sp, #16]\nstp x2, x3, [sp, #32]\nstp x4, x5, [sp, #48]\nstp x6, x7, [sp, #64]\nstp x8, x16, [sp, #80]\n"     \
    "bl " #prefix "_open\n"                                                                                                   \
    "ldp x0, x1, [sp, #16]\nldp x2, x3, [sp, #32]\nldp x4, x5, [sp, #48]\nldp x6, x7, [sp, #64]\nldp x8, x16, [sp, #80]\n"     \
    "ldp x29, x30, [sp], #96\n"                                                                                               \
    "ldr x17, [x16]\nbr x17\n"
#else
#error "no trampolines for this processor yet: link the library instead"
#endif

#define GUARDIA_TRAMPOLINES(prefix, EACH)                                                                                     \
    __asm__(".pushsection .bss\n.balign 8\n.globl " #prefix "_slots\n.hidden " #prefix "_slots\n" #prefix "_slots:\n.popsection\n" \
            ".pushsection .text\n" EACH GUARDIA_RESOLVE(prefix) ".popsection\n");                                            \
    extern void *prefix##_slots[] __attribute__((visibility("hidden")))

#endif
