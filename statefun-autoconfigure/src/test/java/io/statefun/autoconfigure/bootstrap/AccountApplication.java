/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MessageHandler;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** An application whose accounts come from elsewhere. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class AccountApplication {

  record Profile(String firstName, @Nullable String city) {}

  record Read() {}

  record Content(@Nullable Long balance, @Nullable Profile profile, List<String> tags) {}

  /** Asks for a number that tells the state from any other. */
  record Digest() {}

  public static void main(String[] arguments) {
    SpringApplication.run(AccountApplication.class, arguments);
  }

  @Bean
  Account account() {
    return new Account();
  }

  @Bean
  @ConditionalOnProperty("test.database")
  DataSource database(@Value("${test.database}") String url) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(url);
    return database;
  }

  @StatefulFunction("bank/account")
  static class Account {

    @MessageHandler
    void on(
        Read read,
        @State("balance") ValueState<Long> balance,
        @State("profile") ValueState<Profile> profile,
        @State("tags") ListState<String> tags,
        Context context) {
      List<String> all = new ArrayList<>();
      tags.forEach(all::add);
      context.reply(new Content(balance.get(), profile.get(), all));
    }

    @MessageHandler
    void on(
        Digest digest,
        @State("balance") ValueState<Long> balance,
        @State("profile") ValueState<Profile> profile,
        Context context) {
      Profile known = profile.get();
      context.reply(
          digest(
              context.self().id()
                  + ":"
                  + balance.get()
                  + ":"
                  + (known == null ? null : known.firstName())));
    }

    private static Long digest(String text) {
      try {
        byte[] digest =
            MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest).getInt() & 0xffffffffL;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
