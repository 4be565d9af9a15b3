#ifndef GUARDIA_CCRYPTO_SHIM_H
#define GUARDIA_CCRYPTO_SHIM_H
// Only libcrypto's digests: libssl, the part of OpenSSL that opens connections, is not linked.
#include <openssl/evp.h>
#endif
