/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statefun.message.TypeName;
import io.statefun.query.InvalidQueryException;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageCursorTest {

  private static final TypeName ACCOUNT = TypeName.parse("bank/account");
  private static final TypeName OTHER = TypeName.parse("bank/other");

  @Test
  void whatWasWrittenIsRead() {
    for (PageCursor cursor :
        new PageCursor[] {
          PageCursor.START, new PageCursor(7, null), new PageCursor(3, "ännchen/\0\"")
        }) {
      assertThat(PageCursor.read(cursor.text(ACCOUNT, 8), ACCOUNT, 8)).isEqualTo(cursor);
    }
  }

  @Test
  void itIsOfOneFunction() {
    String text = new PageCursor(3, "ann").text(ACCOUNT, 8);

    assertThatThrownBy(() -> PageCursor.read(text, OTHER, 8))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("not made for this function");
  }

  @Test
  void itIsOfOneNumberOfPartitions() {
    String text = new PageCursor(3, "ann").text(ACCOUNT, 8);

    assertThatThrownBy(() -> PageCursor.read(text, ACCOUNT, 16))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("had 8 partitions; now it has 16");
  }

  @Test
  void whatIsMadeUpIsRefused() {
    Random random = new Random(5);
    byte[] known = Base64.getUrlDecoder().decode(new PageCursor(3, "ann").text(ACCOUNT, 8));
    for (int i = 0; i < 5_000; i++) {
      byte[] made = random.nextBoolean() ? known.clone() : new byte[random.nextInt(40)];
      if (made.length > 0 && made[0] != 0) {
        made[random.nextInt(made.length)] ^= (byte) (1 + random.nextInt(255));
      } else {
        random.nextBytes(made);
      }
      String text = Base64.getUrlEncoder().encodeToString(made);

      assertThatThrownBy(() -> PageCursor.read(text, ACCOUNT, 8))
          .isInstanceOf(InvalidQueryException.class);
    }
    for (String text : new String[] {"", "x", "no base64!", "A".repeat(100_000)}) {
      assertThatThrownBy(() -> PageCursor.read(text, ACCOUNT, 8))
          .isInstanceOf(InvalidQueryException.class);
    }
  }
}
