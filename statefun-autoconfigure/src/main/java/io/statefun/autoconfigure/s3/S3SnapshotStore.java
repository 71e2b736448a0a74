/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.snapshot.ObjectNames;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A snapshot store in a bucket. An object is created by a put on the condition that there is none,
 * so all rests on a service that decides on concurrent puts of one key for exactly one of them.
 */
final class S3SnapshotStore implements SnapshotStore {

  private final S3Client client;
  private final boolean ownsClient;
  private final S3Keys keys;
  private final UploadOptions options;
  private volatile boolean closed;

  private S3SnapshotStore(S3Client client, boolean ownsClient, S3Keys keys, UploadOptions options) {
    this.client = client;
    this.ownsClient = ownsClient;
    this.keys = keys;
    this.options = options;
  }

  /**
   * Opens a bucket, after a look whether it can be used.
   *
   * @param ownsClient whether to close the client with the store, also if it does not open
   * @throws SnapshotStoreException if the bucket can't be used; it says why, and what to do
   */
  static S3SnapshotStore open(
      S3Client client, boolean ownsClient, S3Keys keys, UploadOptions options) throws IOException {
    S3SnapshotStore store = new S3SnapshotStore(client, ownsClient, keys, options);
    try {
      new BucketCheck(client, keys, store).run();
      return store;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public boolean create(String name, Content content) throws IOException {
    check(name);
    return new ConditionalPut(client, keys, options, name, content).run();
  }

  @Override
  public long size(String name) throws IOException {
    check(name);
    String key = keys.key(name);
    // Not with S3Errors.call, whose results are never null.
    try {
      HeadObjectResponse head = S3Objects.head(client, keys.bucket(), key);
      return head == null ? -1 : head.contentLength();
    } catch (SdkException | IllegalStateException e) {
      throw S3Errors.failed("looking at " + keys.describe(key), e);
    }
  }

  @Override
  public byte[] read(String name, long offset, int length) throws IOException {
    check(name);
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length);
    }
    if (length == 0) {
      return readNothing(name, offset);
    }
    try {
      return S3Objects.read(client, keys, name, offset, length);
    } catch (SdkException | IllegalStateException e) {
      throw S3Errors.failed("reading " + keys.describe(keys.key(name)), e);
    }
  }

  /** There is no way to ask for an empty range. */
  private byte[] readNothing(String name, long offset) throws IOException {
    long size = size(name);
    if (size < 0) {
      throw new NoSuchFileException(name);
    }
    if (offset > size) {
      throw new EOFException(keys.describe(keys.key(name)) + " ends before " + offset);
    }
    return new byte[0];
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    ObjectNames.checkPrefix(prefix);
    checkOpen();
    String key = keys.key(prefix);
    List<String> names =
        S3Errors.call(
            "listing " + keys.describe(key + "*"),
            () -> {
              List<String> found = new ArrayList<>();
              client
                  .listObjectsV2Paginator(list -> list.bucket(keys.bucket()).prefix(key))
                  .contents()
                  .forEach(object -> addName(object, found));
              return found;
            });
    // Not every service lists in order, some kinds of buckets of Amazon's neither.
    Collections.sort(names);
    return names;
  }

  private void addName(S3Object object, List<String> names) {
    String name = keys.name(object.key());
    // Consoles make objects like 'folder/' to show folders.
    if (S3Keys.isName(name)) {
      names.add(name);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    check(name);
    String key = keys.key(name);
    S3Errors.call(
        "deleting " + keys.describe(key),
        () -> client.deleteObject(delete -> delete.bucket(keys.bucket()).key(key)));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (ownsClient) {
        client.close();
      }
    }
  }

  @Override
  public String toString() {
    return "bucket '" + keys.bucket() + "', prefix '" + keys.prefix() + "'";
  }

  private void check(String name) throws IOException {
    ObjectNames.check(name);
    checkOpen();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("The snapshot store in S3 is closed");
    }
  }
}
