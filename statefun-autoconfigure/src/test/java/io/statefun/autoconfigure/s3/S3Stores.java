/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Stores to begin tests with. */
final class S3Stores {

  static final int MB = 1 << 20;
  static final String SECRET = "the-secret-key";
  static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("the-key-id", SECRET));

  private S3Stores() {}

  static S3Properties properties(URI endpoint) {
    return new S3Properties(
        S3Endpoint.BUCKET,
        null,
        endpoint,
        null,
        true,
        DataSize.ofMegabytes(5),
        DataSize.ofMegabytes(5),
        S3Properties.Encryption.NONE,
        null,
        Duration.ofSeconds(30),
        3,
        S3Properties.Checksums.WHEN_SUPPORTED);
  }

  static SnapshotStore open(URI endpoint, String prefix) throws IOException {
    return open(properties(endpoint), prefix);
  }

  static SnapshotStore open(S3Properties properties, String prefix) throws IOException {
    S3Client client = S3Clients.create(properties, CREDENTIALS);
    return S3SnapshotStore.open(
        client, true, new S3Keys(S3Endpoint.BUCKET, prefix), UploadOptions.of(properties));
  }

  /** A content of as many bytes, which differ from part to part. */
  static SnapshotStore.Content bytes(int length) {
    return failingAfter(length, length);
  }

  /** A content that throws when it has written some of its bytes. */
  static SnapshotStore.Content failingAfter(int length, int written) {
    return new SnapshotStore.Content() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public void writeTo(WritableByteChannel channel) throws IOException {
        for (int i = 0; i < written; i += MB) {
          byte[] chunk = new byte[Math.min(MB, written - i)];
          chunk[0] = (byte) (i / MB);
          channel.write(ByteBuffer.wrap(chunk));
        }
        if (written < length) {
          throw new IOException("the content broke off");
        }
      }
    };
  }
}
