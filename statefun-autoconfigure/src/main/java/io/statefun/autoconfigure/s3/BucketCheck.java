/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Looks, before a bucket is used, whether it is there, and whether the service refuses a second
 * object of the same name. Some services ignore that condition, and two processes would overwrite
 * each other's epochs. That a service keeps to it in a race cannot be seen so.
 */
final class BucketCheck {

  private static final Logger log = LoggerFactory.getLogger(BucketCheck.class);

  private final S3Client client;
  private final S3Keys keys;
  private final SnapshotStore store;

  BucketCheck(S3Client client, S3Keys keys, SnapshotStore store) {
    this.client = client;
    this.keys = keys;
    this.store = store;
  }

  void run() throws SnapshotStoreException {
    findBucket();
    String probe = "probes/" + UUID.randomUUID();
    try {
      if (!store.create(probe, new OneByte()) || store.create(probe, new OneByte())) {
        throw new SnapshotStoreException(
            bucket() + " is of a service that ignores the condition If-None-Match.",
            "Use a service that supports conditional puts. Without them two processes can commit"
                + " the same epoch.");
      }
      store.delete(probe);
    } catch (SnapshotStoreException e) {
      deleteQuietly(probe);
      throw e;
    } catch (IOException e) {
      deleteQuietly(probe);
      throw new SnapshotStoreException(
          bucket() + " could not be used for a first object. " + e.getMessage(),
          "Allow s3:PutObject, s3:GetObject and s3:DeleteObject on '"
              + keys.key("*")
              + "', and check that the service knows If-None-Match and, if not, that"
              + " statefun.snapshot.s3.checksums is when-required.",
          e);
    }
  }

  private void findBucket() throws SnapshotStoreException {
    try {
      client.headBucket(head -> head.bucket(keys.bucket()));
    } catch (S3Exception e) {
      throw explained(e);
    } catch (SdkException e) {
      throw new SnapshotStoreException(
          bucket() + " could not be reached: " + e.getMessage(),
          "Check the endpoint and the region (statefun.snapshot.s3.endpoint, .region), and that the"
              + " AWS SDK finds credentials and an HTTP client.",
          e);
    }
  }

  private SnapshotStoreException explained(S3Exception e) {
    return switch (e.statusCode()) {
      case 404 ->
          new SnapshotStoreException(
              bucket() + " does not exist.",
              "Create it, or set statefun.snapshot.s3.bucket to one that exists.",
              e);
      case 401, 403 ->
          new SnapshotStoreException(
              bucket() + " may not be used with the credentials that were found.",
              "Allow s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject"
                  + " and s3:AbortMultipartUpload on '"
                  + keys.key("*")
                  + "'; or give the application other credentials.",
              e);
      case 301, 400 ->
          new SnapshotStoreException(
              bucket() + " is in another region, or the request was not understood.",
              "Set statefun.snapshot.s3.region to the bucket's region.",
              e);
      default ->
          new SnapshotStoreException(
              bucket() + " could not be used: " + e.getMessage(),
              "Check the service, and statefun.snapshot.s3.endpoint.",
              e);
    };
  }

  private String bucket() {
    return "The bucket '" + keys.bucket() + "'";
  }

  private void deleteQuietly(String probe) {
    try {
      store.delete(probe);
    } catch (IOException e) {
      log.debug("The probe {} stays", keys.key(probe), e);
    }
  }

  private record OneByte() implements SnapshotStore.Content {

    @Override
    public long length() {
      return 1;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
      channel.write(ByteBuffer.wrap(new byte[1]));
    }
  }
}
