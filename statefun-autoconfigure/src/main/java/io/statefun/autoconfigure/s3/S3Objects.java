/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Reads objects, and what is known of them. */
final class S3Objects {

  private S3Objects() {}

  /** What is known of an object, or null if there is none of that key. */
  static @Nullable HeadObjectResponse head(S3Client client, String bucket, String key) {
    try {
      return client.headObject(head -> head.bucket(bucket).key(key));
    } catch (S3Exception e) {
      if (S3Errors.isMissing(e)) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Reads a range that is not empty.
   *
   * @throws NoSuchFileException if there is no such object
   * @throws EOFException if it ends before the range does
   */
  static byte[] read(S3Client client, S3Keys keys, String name, long offset, int length)
      throws IOException {
    String key = keys.key(name);
    long last = offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length - 1;
    byte[] bytes;
    try {
      bytes =
          client.getObject(
              get -> get.bucket(keys.bucket()).key(key).range("bytes=" + offset + "-" + last),
              (answer, in) -> readFully(answer, in, length));
    } catch (S3Exception e) {
      if (S3Errors.isMissing(e)) {
        throw withCause(new NoSuchFileException(name), e);
      }
      if (S3Errors.isBehindTheEnd(e)) {
        throw withCause(new EOFException(keys.describe(key) + " ends before " + offset), e);
      }
      throw e;
    }
    if (bytes.length < length) {
      throw new EOFException(
          "%s ends %d bytes after %d; asked for %d"
              .formatted(keys.describe(key), bytes.length, offset, length));
    }
    return bytes;
  }

  private static byte[] readFully(GetObjectResponse answer, InputStream in, int length)
      throws IOException {
    long size = answer.contentLength();
    if (size > length) {
      throw new IOException(
          "the service sent " + size + " bytes instead of the range of " + length);
    }
    byte[] bytes = new byte[(int) size];
    try {
      if (in.readNBytes(bytes, 0, bytes.length) == bytes.length) {
        return bytes;
      }
    } catch (IOException e) {
      throw RetryableException.create("The answer broke off", e);
    }
    throw RetryableException.builder().message("The answer broke off").build();
  }

  private static <E extends IOException> E withCause(E exception, Throwable cause) {
    exception.initCause(cause);
    return exception;
  }
}
