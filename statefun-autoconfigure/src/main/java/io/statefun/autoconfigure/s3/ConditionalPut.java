/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * One call that creates an object if there is none of its key. Used by one thread, once.
 *
 * <p>The SDK repeats a request whose answer did not come, and then the answer to the repetition is
 * that the object exists. So each call stores an id of its own with the object, and looks for it
 * when it is told that the object exists: if it is there, the object is of this call.
 */
final class ConditionalPut {

  /** The header of an object that holds the id of the call that created it. */
  static final String CALL = "statefun-call";

  /** The condition: no object has the key. */
  static final String NONE = "*";

  private static final int ATTEMPTS = 8;
  private static final long PAUSE_NANOS = 20_000_000;

  private final S3Client client;
  private final S3Keys keys;
  private final UploadOptions options;
  private final String key;
  private final SnapshotStore.Content content;
  private final String call = UUID.randomUUID().toString();

  ConditionalPut(
      S3Client client,
      S3Keys keys,
      UploadOptions options,
      String name,
      SnapshotStore.Content content) {
    this.client = client;
    this.keys = keys;
    this.options = options;
    this.key = keys.key(name);
    this.content = content;
  }

  /**
   * Creates the object.
   *
   * @return whether this call created it
   * @throws IOException if that is not known, or the content is not as long as it told
   */
  boolean run() throws IOException {
    String what = "creating " + keys.describe(key);
    try {
      return content.length() < options.multipartThreshold() ? putWhole() : putInParts();
    } catch (SdkException | IllegalStateException e) {
      throw S3Errors.failed(what, e);
    } catch (IOException e) {
      throw new IOException("S3: " + what + " failed: " + e.getMessage(), e);
    }
  }

  private boolean putWhole() throws IOException {
    BodyBuffer buffer = new BodyBuffer((int) content.length());
    content.writeTo(buffer);
    if (!buffer.isFull()) {
      throw wrongLength(buffer.size());
    }
    for (int attempt = 1; ; attempt++) {
      try {
        client.putObject(this::describe, buffer.body());
        return true;
      } catch (S3Exception e) {
        if (S3Errors.isTaken(e)) {
          return isMine(e);
        }
        pauseIfConflict(e, attempt);
      }
    }
  }

  private void describe(PutObjectRequest.Builder put) {
    put.bucket(keys.bucket())
        .key(key)
        .ifNoneMatch(NONE)
        .metadata(Map.of(CALL, call))
        .serverSideEncryption(options.encryption())
        .ssekmsKeyId(options.kmsKeyId());
  }

  private boolean putInParts() throws IOException {
    for (int attempt = 1; ; attempt++) {
      // Large enough that a look is cheaper than an upload in vain.
      HeadObjectResponse existing = head();
      if (existing != null) {
        return isMine(existing);
      }
      try (MultipartUpload upload =
          MultipartUpload.begin(client, keys, options, key, content.length(), call)) {
        content.writeTo(upload);
        if (upload.size() != content.length()) {
          throw wrongLength(upload.size());
        }
        upload.complete();
        return true;
      } catch (S3Exception e) {
        if (S3Errors.isTaken(e) || S3Errors.isUploadGone(e)) {
          return isMine(e);
        }
        pauseIfConflict(e, attempt);
      }
    }
  }

  private IOException wrongLength(long size) {
    return new IOException("its content has " + size + " bytes instead of " + content.length());
  }

  /** Whether the object that stood in the way is of this call. */
  private boolean isMine(S3Exception obstacle) throws IOException {
    HeadObjectResponse existing = head();
    if (existing == null) {
      // It may have been of this call, and deleted by whoever saw it.
      throw new IOException("it existed, and was deleted meanwhile", obstacle);
    }
    return isMine(existing);
  }

  private boolean isMine(HeadObjectResponse existing) {
    return existing.metadata().entrySet().stream()
        .anyMatch(entry -> entry.getKey().equalsIgnoreCase(CALL) && entry.getValue().equals(call));
  }

  private @Nullable HeadObjectResponse head() {
    return S3Objects.head(client, keys.bucket(), key);
  }

  private static void pauseIfConflict(S3Exception e, int attempt) {
    if (!S3Errors.isConflict(e) || attempt == ATTEMPTS) {
      throw e;
    }
    // Two that got in each other's way must not do so again.
    LockSupport.parkNanos(
        ThreadLocalRandom.current().nextLong(PAUSE_NANOS << Math.min(attempt, 5)));
  }
}
