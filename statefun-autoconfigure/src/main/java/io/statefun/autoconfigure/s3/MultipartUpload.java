/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * An upload in parts. What is written to it is uploaded whenever a part is full, so that no more
 * than a part is in memory. An upload that is closed without being complete leaves nothing behind.
 * Used by one thread.
 */
final class MultipartUpload implements WritableByteChannel {

  private static final Logger log = LoggerFactory.getLogger(MultipartUpload.class);

  private final S3Client client;
  private final S3Keys keys;
  private final String key;
  private final String id;
  private final BodyBuffer part;
  private final List<CompletedPart> parts = new ArrayList<>();
  private long size;
  private boolean open = true;

  private MultipartUpload(S3Client client, S3Keys keys, String key, String id, int partSize) {
    this.client = client;
    this.keys = keys;
    this.key = key;
    this.id = id;
    this.part = new BodyBuffer(partSize);
  }

  /**
   * Begins an upload.
   *
   * @param length how many bytes the object will have
   * @param call what is stored with the object as the id of the call
   */
  static MultipartUpload begin(
      S3Client client, S3Keys keys, UploadOptions options, String key, long length, String call) {
    CreateMultipartUploadResponse begun =
        client.createMultipartUpload(
            upload ->
                upload
                    .bucket(keys.bucket())
                    .key(key)
                    .metadata(Map.of(ConditionalPut.CALL, call))
                    .serverSideEncryption(options.encryption())
                    .ssekmsKeyId(options.kmsKeyId()));
    return new MultipartUpload(client, keys, key, begun.uploadId(), options.partSize(length));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = source.remaining();
    try {
      while (source.hasRemaining()) {
        size += part.take(source);
        if (part.isFull()) {
          uploadPart();
        }
      }
    } catch (SdkException e) {
      throw S3Errors.failed("part " + (parts.size() + 1), e);
    }
    return count;
  }

  /** How many bytes were written. */
  long size() {
    return size;
  }

  /**
   * Makes the parts an object.
   *
   * @throws S3Exception also if another object has the key
   */
  void complete() {
    if (part.size() > 0) {
      uploadPart();
    }
    client.completeMultipartUpload(
        upload ->
            upload
                .bucket(keys.bucket())
                .key(key)
                .uploadId(id)
                .ifNoneMatch(ConditionalPut.NONE)
                .multipartUpload(all -> all.parts(parts)));
    open = false;
  }

  private void uploadPart() {
    int number = parts.size() + 1;
    UploadPartResponse uploaded =
        client.uploadPart(
            upload -> upload.bucket(keys.bucket()).key(key).uploadId(id).partNumber(number),
            part.body());
    // The service wants the checksums again, of whichever kind the client is set to make.
    parts.add(
        CompletedPart.builder()
            .partNumber(number)
            .eTag(uploaded.eTag())
            .checksumCRC32(uploaded.checksumCRC32())
            .checksumCRC32C(uploaded.checksumCRC32C())
            .checksumCRC64NVME(uploaded.checksumCRC64NVME())
            .checksumSHA1(uploaded.checksumSHA1())
            .checksumSHA256(uploaded.checksumSHA256())
            .build());
    part.clear();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Aborts the upload unless it is complete. A completion whose answer was lost is not undone. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      client.abortMultipartUpload(upload -> upload.bucket(keys.bucket()).key(key).uploadId(id));
    } catch (SdkException | IllegalStateException e) {
      if (!(e instanceof S3Exception answer && S3Errors.isUploadGone(answer))) {
        log.warn(
            "The parts of an upload of {} could not be deleted and cost money until they are: {}",
            keys.describe(key),
            e.getMessage());
      }
    }
  }
}
