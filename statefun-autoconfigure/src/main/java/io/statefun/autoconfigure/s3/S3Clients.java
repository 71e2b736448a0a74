/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes a client as the properties say. The HTTP client is the one of the class path. */
final class S3Clients {

  private S3Clients() {}

  /**
   * Makes a client, which the caller closes.
   *
   * @param credentials null for the SDK's default provider chain
   * @throws software.amazon.awssdk.core.exception.SdkException if there is no region, or no HTTP
   *     client
   */
  static S3Client create(S3Properties properties, @Nullable AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .forcePathStyle(properties.pathStyle())
            .overrideConfiguration(
                override ->
                    override
                        .apiCallTimeout(properties.apiCallTimeout())
                        .retryStrategy(retry -> retry.maxAttempts(properties.retries() + 1)));
    if (properties.endpoint() != null) {
      builder.endpointOverride(properties.endpoint());
    }
    Region region = region(properties);
    if (region != null) {
      builder.region(region);
    }
    if (credentials != null) {
      builder.credentialsProvider(credentials);
    }
    if (properties.checksums() == S3Properties.Checksums.WHEN_REQUIRED) {
      builder
          .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
          .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    }
    return builder.build();
  }

  /** Other services have no regions, but the SDK wants one to sign for. */
  private static @Nullable Region region(S3Properties properties) {
    if (properties.region() != null) {
      return Region.of(properties.region());
    }
    return properties.endpoint() == null ? null : Region.US_EAST_1;
  }
}
