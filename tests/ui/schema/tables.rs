// The tables that the programs use. Included at the root, so that messages name them as they stand here.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "person")]
pub struct Person {
    #[column(primary_key, generated)]
    pub id: i64,
    pub first_name: String,
    pub age: i32,
    pub mother_id: Option<i64>,
    pub nick: Option<String>,
}

#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "pet")]
pub struct Pet {
    #[column(primary_key, generated)]
    pub id: i64,
    pub name: String,
    #[column(references = "person.id")]
    pub owner_id: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "post")]
pub struct Post {
    #[column(primary_key, generated)]
    pub id: i64,
    pub author_id: i64,
    pub title: String,
}

#[derive(FromRow, Debug, Clone, PartialEq)]
pub struct PetDto {
    pub id: i64,
    pub name: String,
}

#[derive(FromRow, Debug, Clone, PartialEq)]
pub struct NameDto {
    pub name: String,
}
