#ifndef GUARDIA_CCRYPTO_SHIM_H
#define GUARDIA_CCRYPTO_SHIM_H
// Only libcrypto's digests, signatures and keys: libssl, the part of OpenSSL that opens connections, is not linked.
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#endif
