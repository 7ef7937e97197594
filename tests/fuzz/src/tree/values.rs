//! Values of every type, and types.

use super::Maker;
use arbitrary::Result;
use kysera_sql::value::{ArrayValue, CustomType, ParamSlot, SqlType, Value, ValueError};
use std::borrow::Cow;

static MOOD: CustomType = CustomType::labelled("mood", &["fine", "zq'zq", "zq\\"]);
static ODD: CustomType = CustomType::new("zq\"zq");
static SCHEMED: CustomType = CustomType::new("s.zq");

const SCALARS: &[SqlType] = &[
    SqlType::I64,
    SqlType::Text,
    SqlType::Bool,
    SqlType::I16,
    SqlType::I32,
    SqlType::U64,
    SqlType::F32,
    SqlType::F64,
    SqlType::Decimal,
    SqlType::Bytes,
    SqlType::Uuid,
    SqlType::Date,
    SqlType::Time,
    SqlType::DateTime,
    SqlType::Timestamp,
    SqlType::Json,
    SqlType::Custom(&MOOD),
    SqlType::Custom(&ODD),
    SqlType::Custom(&SCHEMED),
    SqlType::Nested,
    SqlType::Unknown,
];

const DECIMALS: &[&str] =
    &["1.5", "-0", "NaN", "Infinity", "1e5", "", "zq", "99999999999999999999999999999999999999999.1", "1'zq"];

impl Maker<'_, '_> {
    pub(super) fn sql_type(&mut self) -> Result<SqlType> {
        if self.below(8)? == 7 {
            let element: &'static SqlType = &SCALARS[usize::from(self.below(21)?)];
            return Ok(SqlType::Array(element));
        }
        self.pick(SCALARS)
    }

    pub(super) fn custom(&mut self) -> Result<&'static CustomType> {
        Ok([&MOOD, &ODD, &SCHEMED][usize::from(self.below(3)?)])
    }

    pub(super) fn value(&mut self) -> Result<Value> {
        let number: i64 = self.bytes.arbitrary()?;
        if self.tame {
            return Ok(Value::I64(number % 5));
        }
        Ok(match self.below(22)? {
            0..=2 => Value::I64(number),
            3 => Value::Text(self.hostile()?.into()),
            4 => Value::Null(self.sql_type()?),
            5 => Value::Bool(self.flag()?),
            6 => Value::I16(self.bytes.arbitrary()?),
            7 => Value::I32(self.bytes.arbitrary()?),
            8 => Value::U64(self.bytes.arbitrary()?),
            9 => Value::F32(self.bytes.arbitrary()?),
            10 => Value::F64(self.bytes.arbitrary()?),
            11 => Value::Decimal(self.pick(DECIMALS)?.into()),
            12 => Value::Bytes(self.hostile()?.as_bytes().into()),
            13 => Value::Uuid(self.bytes.arbitrary()?),
            14 => Value::Date(self.bytes.arbitrary()?),
            15 => Value::Time(number),
            16 => Value::DateTime(number),
            17 => Value::Timestamp(number),
            18 => Value::Json(self.hostile()?.into()),
            19 => {
                let element: &'static SqlType = &SCALARS[usize::from(self.below(21)?)];
                let items = self.list(|maker| {
                    Ok(if maker.flag()? {
                        Value::Null(*element)
                    } else {
                        Value::Text(Cow::Borrowed(maker.hostile()?))
                    })
                })?;
                Value::Array(Box::new(ArrayValue::new(element, items)))
            }
            20 => Value::Custom(self.custom()?, self.hostile()?.into()),
            _ if self.flag()? => ParamSlot::argument(number.unsigned_abs(), 0, self.sql_type()?).into(),
            _ => ValueError::new("zq", "of a test").into(),
        })
    }
}
