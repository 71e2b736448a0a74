/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import java.io.IOException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What the SDK throws, as the port throws it. Texts name the object and hold what the service said;
 * neither holds credentials.
 */
final class S3Errors {

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private S3Errors() {}

  /**
   * Makes a request whose failure has no further meaning.
   *
   * @param what what fails, for people, as in "reading 'a' of the bucket 'b'"
   */
  static <T> T call(String what, Supplier<T> request) throws IOException {
    try {
      return request.get();
    } catch (SdkException | IllegalStateException e) {
      throw failed(what, e);
    }
  }

  /** An IllegalStateException comes from an HTTP client that was closed meanwhile. */
  static IOException failed(String what, RuntimeException e) {
    return new IOException("S3: " + what + " failed: " + e.getMessage(), e);
  }

  static boolean isMissing(S3Exception e) {
    // A missing bucket has the same status, and is no missing object.
    return e.statusCode() == NOT_FOUND && !"NoSuchBucket".equals(code(e));
  }

  static boolean isTaken(S3Exception e) {
    return e.statusCode() == PRECONDITION_FAILED;
  }

  /** Whether another request for the same key was under way, so that this one is to be repeated. */
  static boolean isConflict(S3Exception e) {
    return e.statusCode() == CONFLICT;
  }

  /** Whether an upload in parts has ended, which a completion whose answer was lost does too. */
  static boolean isUploadGone(S3Exception e) {
    return e.statusCode() == NOT_FOUND && "NoSuchUpload".equals(code(e));
  }

  static boolean isBehindTheEnd(S3Exception e) {
    return e.statusCode() == RANGE_NOT_SATISFIABLE;
  }

  private static String code(S3Exception e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }
}
