//! Notifications: order, slow listeners, lost connections.

use crate::support::{acquire, connect, in_time, one, options, read, rows, run};
use kysera_core::driver::TransactionOptions;
use kysera_core::error::ErrorKind;
use kysera_postgres::{Event, Listener, Postgres};
use kysera_sql::value::Value;

async fn payload(listener: &mut Listener) -> String {
    match in_time(listener.recv()).await.unwrap() {
        Event::Notification(notification) => notification.payload,
        other => panic!("{other:?}"),
    }
}

async fn notify(driver: &Postgres, channel: &str, payload: &str) {
    let statement = read(
        "select pg_notify($1, $2)::text",
        vec![Value::Text(channel.to_owned().into()), Value::Text(payload.to_owned().into())],
    );
    rows::<String>(&mut *acquire(driver).await, statement).await.unwrap();
}

#[tokio::test]
async fn notifications_come_in_order_and_from_the_asked_channels_alone() {
    let Some(options) = options() else { return };
    let driver = connect(options).await;
    let mut listener = driver.listen(["listen order", "listen \"quoted\""]).await.unwrap();
    for n in 0..20 {
        notify(&driver, "listen other", "not for us").await;
        notify(&driver, ["listen order", "listen \"quoted\""][n % 2], &n.to_string()).await;
    }
    for n in 0..20 {
        assert_eq!(payload(&mut listener).await, n.to_string());
    }
}

#[tokio::test]
async fn a_notification_is_sent_at_the_commit() {
    let Some(options) = options() else { return };
    let driver = connect(options).await;
    let mut listener = driver.listen(["listen_commit"]).await.unwrap();
    let mut connection = acquire(&driver).await;
    connection.begin(TransactionOptions::default()).await.unwrap();
    run(&mut *connection, "notify listen_commit, 'undone'").await.unwrap();
    connection.rollback().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    run(&mut *connection, "notify listen_commit, 'done'").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(payload(&mut listener).await, "done");
}

#[tokio::test]
async fn a_slow_listener_is_told_that_it_missed_something() {
    let Some(options) = options() else { return };
    let driver = connect(options).await;
    let mut listener = driver.listen(["listen_slow"]).await.unwrap();
    let mut connection = acquire(&driver).await;
    let many = "select count(pg_notify('listen_slow', g::text)) from generate_series(1, 3000) g";
    assert_eq!(one::<i64>(&mut *connection, many).await, 3000);
    notify(&driver, "listen_slow", "last").await;
    let (mut missed, mut received) = (0, 0);
    loop {
        match in_time(listener.recv()).await.unwrap() {
            Event::Notification(notification) if notification.payload == "last" => break,
            Event::Notification(_) => received += 1,
            _ => missed += 1,
        }
    }
    assert!(received < 3000 && missed > 0, "{received} received, {missed} times told");
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_and_the_loss_is_told() {
    let Some(options) = options() else { return };
    let driver = connect(options.application_name("listen_lost")).await;
    let mut listener = driver.listen(["listen_lost"]).await.unwrap();
    let mut connection = acquire(&driver).await;
    let kill = "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
                where application_name = 'listen_lost' and pid <> pg_backend_pid()";
    assert!(one::<i64>(&mut *connection, kill).await >= 1);
    assert_eq!(in_time(listener.recv()).await.unwrap(), Event::Missed);
    notify(&driver, "listen_lost", "again").await;
    assert_eq!(payload(&mut listener).await, "again");
}

#[tokio::test]
async fn listening_through_a_proxy_is_refused() {
    let Some(options) = options() else { return };
    let driver = connect(options.prepare(false)).await;
    assert_eq!(driver.listen(["x"]).await.unwrap_err().kind(), ErrorKind::Unsupported);
}
