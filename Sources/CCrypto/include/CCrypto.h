#ifndef GUARDIA_CCRYPTO_H
#define GUARDIA_CCRYPTO_H
/* libcrypto's digests, signatures and keys; libssl, the part of OpenSSL that opens connections, is in COpenSSL. Opened by the first
   call (docs/decisions/0035-libraries-when-needed.md). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

/* A table's fingerprint is a SHA-256 a row: through EVP, which is not deprecated, each would cost twice the time. MD5 is by
   what S3 names a part. */
#include <openssl/md5.h>
#include <openssl/sha.h>

static inline void guardia_md5_start(MD5_CTX *context) { MD5_Init(context); }
static inline void guardia_md5_update(MD5_CTX *context, const void *bytes, size_t count) {
    MD5_Update(context, bytes, count);
}
static inline void guardia_md5_finish(MD5_CTX *context, unsigned char *digest) { MD5_Final(digest, context); }

static inline void guardia_sha256_start(SHA256_CTX *context) { SHA256_Init(context); }
static inline void guardia_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) {
    SHA256_Update(context, bytes, count);
}
static inline void guardia_sha256_finish(SHA256_CTX *context, unsigned char *digest) { SHA256_Final(digest, context); }
#endif
