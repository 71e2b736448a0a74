/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * The properties of the snapshot store in S3. There are none for credentials, which come from the
 * AWS SDK's default provider chain or from a bean of the application.
 *
 * @param bucket The name of the bucket, which must exist.
 * @param prefix The beginning of all keys, followed by a slash. The default is the application's
 *     name.
 * @param endpoint The address of a service other than Amazon S3. Not used if the application has a
 *     bean of type S3Client.
 * @param region The region of the bucket. The default comes from the AWS SDK, or is us-east-1 if
 *     there is an endpoint. Not used if the application has a bean of type S3Client.
 * @param pathStyle Whether the bucket is a part of the path instead of the host's name. Not used if
 *     the application has a bean of type S3Client.
 * @param multipartThreshold The size from which on an object is uploaded in parts. Smaller objects
 *     are held in memory while they are uploaded.
 * @param partSize The size of the parts. One is held in memory during an upload.
 * @param encryption How the service encrypts objects.
 * @param kmsKeyId The id of the key for encryption with aws-kms. The default is the account's key
 *     for S3.
 * @param apiCallTimeout The time after which a request fails, its retries included. Not used if the
 *     application has a bean of type S3Client.
 * @param retries The number of times that a request is repeated after a failure that may pass. Not
 *     used if the application has a bean of type S3Client.
 * @param checksums When requests carry checksums, and those of answers are verified. Services that
 *     do not know them need when-required. Not used if the application has a bean of type S3Client.
 */
@ConfigurationProperties("statefun.snapshot.s3")
record S3Properties(
    @Nullable String bucket,
    @Nullable String prefix,
    @Nullable URI endpoint,
    @Nullable String region,
    @DefaultValue("false") boolean pathStyle,
    @DefaultValue("16MB") DataSize multipartThreshold,
    @DefaultValue("8MB") DataSize partSize,
    @DefaultValue("none") Encryption encryption,
    @Nullable String kmsKeyId,
    @DefaultValue("1m") Duration apiCallTimeout,
    @DefaultValue("3") int retries,
    @DefaultValue("when-supported") Checksums checksums)
    implements Validator {

  /** No service takes smaller parts, except for the last one. */
  private static final DataSize SMALLEST = DataSize.ofMegabytes(5);

  /** A part, or an object without parts, is one array in memory. */
  private static final DataSize LARGEST = DataSize.ofGigabytes(1);

  /** How the service encrypts objects. */
  enum Encryption {
    /** As the bucket's default says. */
    NONE,
    /** With keys of the service. */
    AES256,
    /** With a key of AWS KMS. */
    AWS_KMS
  }

  /** When checksums are sent and verified. */
  enum Checksums {
    /** Whenever the operation has one. */
    WHEN_SUPPORTED,
    /** Only if the operation cannot do without. */
    WHEN_REQUIRED
  }

  @Override
  public boolean supports(Class<?> type) {
    return type == S3Properties.class;
  }

  @Override
  public void validate(Object target, Errors errors) {
    ((S3Properties) target).validate(errors);
  }

  private void validate(Errors errors) {
    check(
        StringUtils.hasText(bucket),
        errors,
        "bucket",
        "must be the name of a bucket, as statefun.snapshot.store is s3");
    check(
        prefix == null || S3Keys.isName(prefix),
        errors,
        "prefix",
        "must be made of letters, digits, '-', '_' and '.', in parts separated by '/'");
    check(
        endpoint == null || endpoint.getHost() != null,
        errors,
        "endpoint",
        "must be an address like https://host:port");
    checkSize(multipartThreshold, errors, "multipartThreshold");
    checkSize(partSize, errors, "partSize");
    check(
        kmsKeyId == null || encryption == Encryption.AWS_KMS,
        errors,
        "kmsKeyId",
        "has a meaning only if statefun.snapshot.s3.encryption is aws-kms");
    check(
        apiCallTimeout.compareTo(Duration.ZERO) > 0,
        errors,
        "apiCallTimeout",
        "must be more than 0");
    check(retries >= 0, errors, "retries", "must not be negative");
  }

  private static void checkSize(DataSize size, Errors errors, String field) {
    check(
        size.compareTo(SMALLEST) >= 0 && size.compareTo(LARGEST) <= 0,
        errors,
        field,
        "must be between 5MB and 1GB");
  }

  private static void check(boolean valid, Errors errors, String field, String message) {
    if (!valid) {
      errors.rejectValue(field, "invalid", message);
    }
  }
}
