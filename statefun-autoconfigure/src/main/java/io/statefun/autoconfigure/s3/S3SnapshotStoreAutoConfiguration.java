/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.autoconfigure.ApplicationName;
import io.statefun.autoconfigure.ConditionalOnEngine;
import io.statefun.autoconfigure.ConditionalOnMissingSnapshotStore;
import io.statefun.autoconfigure.ConditionalOnSnapshotStore;
import io.statefun.autoconfigure.StateFunProperties;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import java.io.IOException;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** Stores snapshots in S3, if {@code statefun.snapshot.store} says so. */
@AutoConfiguration(beforeName = "io.statefun.autoconfigure.StateFunAutoConfiguration")
@ConditionalOnEngine
class S3SnapshotStoreAutoConfiguration {

  private static final String SDK = "software.amazon.awssdk.services.s3.S3Client";

  /** With the SDK. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = SDK)
  @ConditionalOnSnapshotStore(StateFunProperties.Snapshot.Store.S3)
  @ConditionalOnMissingSnapshotStore
  @EnableConfigurationProperties(S3Properties.class)
  static class StoreConfiguration {

    @Bean
    S3SnapshotStore statefunS3SnapshotStore(
        S3Properties properties,
        ApplicationName name,
        ObjectProvider<S3Client> clients,
        ObjectProvider<AwsCredentialsProvider> credentials)
        throws IOException {
      String bucket = Objects.requireNonNull(properties.bucket(), "validated");
      String prefix =
          properties.prefix() == null ? S3Keys.prefixOf(name.value()) : properties.prefix();
      S3Client client = clients.getIfUnique();
      boolean own = client == null;
      if (client == null) {
        client = newClient(properties, credentials);
      }
      return S3SnapshotStore.open(
          client, own, new S3Keys(bucket, prefix), UploadOptions.of(properties));
    }

    private static S3Client newClient(
        S3Properties properties, ObjectProvider<AwsCredentialsProvider> credentials)
        throws SnapshotStoreException {
      try {
        return S3Clients.create(properties, credentials.getIfUnique());
      } catch (SdkException e) {
        throw new SnapshotStoreException(
            "A client for S3 could not be made: " + e.getMessage(),
            "Set statefun.snapshot.s3.region, and have one HTTP client of the AWS SDK on the class"
                + " path, for example software.amazon.awssdk:url-connection-client.",
            e);
      }
    }
  }

  /** Without it. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass(SDK)
  @ConditionalOnSnapshotStore(StateFunProperties.Snapshot.Store.S3)
  @ConditionalOnMissingSnapshotStore
  static class MissingSdkConfiguration {

    @Bean
    SnapshotStore statefunS3SnapshotStore() throws SnapshotStoreException {
      throw new SnapshotStoreException(
          "Snapshots are to be in S3, but the AWS SDK for S3 is not on the class path.",
          "Add the dependencies software.amazon.awssdk:s3 and"
              + " software.amazon.awssdk:url-connection-client, or choose another store.");
    }
  }
}
