/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * How objects are uploaded.
 *
 * @param multipartThreshold how many bytes an object has at least that is uploaded in parts
 * @param partSize how many bytes a part has; more if the object had too many parts otherwise
 * @param encryption how the service encrypts objects, null for the bucket's default
 * @param kmsKeyId the key for that, null for the default
 */
record UploadOptions(
    int multipartThreshold,
    int partSize,
    @Nullable ServerSideEncryption encryption,
    @Nullable String kmsKeyId) {

  private static final int MOST_PARTS = 10_000;

  static UploadOptions of(S3Properties properties) {
    return new UploadOptions(
        (int) properties.multipartThreshold().toBytes(),
        (int) properties.partSize().toBytes(),
        encryption(properties.encryption()),
        properties.kmsKeyId());
  }

  private static @Nullable ServerSideEncryption encryption(S3Properties.Encryption encryption) {
    return switch (encryption) {
      case NONE -> null;
      case AES256 -> ServerSideEncryption.AES256;
      case AWS_KMS -> ServerSideEncryption.AWS_KMS;
    };
  }

  /** How many bytes the parts of an object of a length have, without the last one. */
  int partSize(long length) {
    return (int) Math.max(partSize, (length + MOST_PARTS - 1) / MOST_PARTS);
  }
}
